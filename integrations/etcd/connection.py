"""One connected etcd cluster: the parts wired together, started and stopped as one."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

import httpx2

from integrations.contract import Feed, FeedState
from integrations.etcd.changes import EVENT_LIMIT, EtcdEvent, changes
from integrations.etcd.client import EtcdClient
from integrations.etcd.consistency import Consistency
from integrations.etcd.deleted import Seen
from integrations.etcd.hub import HubStats, WatchHub
from integrations.etcd.index import KeyEntry, KeyIndex
from integrations.etcd.poll import MemberPoller
from integrations.etcd.settings import EtcdSettings
from integrations.etcd.signals import Signal, signals
from integrations.etcd.snapshot import ClusterState, MemberCondition, MemberState
from integrations.etcd.transport import Gateway
from integrations.sending import Observe, ignore
from integrations.upstream import keep_running


@dataclass(frozen=True, slots=True)
class EtcdFeeds:
    """Where one cluster's members, keys and events go."""

    members: Feed[MemberState]
    keys: Feed[KeyEntry]
    events: Feed[EtcdEvent]


class EtcdConnection:
    """Owns the client, the poller and the watch hub of one cluster.

    `transport` replaces the network in tests, `observe` is told of every call. `start`
    returns at once; rows arrive by the feeds, whose states say how true they are.
    """

    def __init__(
        self,
        settings: EtcdSettings,
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Observe = ignore,
    ) -> None:
        self.name = settings.name
        self.settings = settings
        self.client = EtcdClient(Gateway(settings, transport, observe))
        self._poller: MemberPoller | None = None
        self._hub: WatchHub | None = None
        self._feeds: EtcdFeeds | None = None
        self._recent: deque[str] = deque()
        self._tasks: list[asyncio.Task[None]] = []
        self._comparing: asyncio.Task[Consistency] | None = None

    @property
    def state(self) -> ClusterState | None:
        """The newest poll, None before the first."""
        return self._poller.state if self._poller else None

    @property
    def differing(self) -> tuple[str, ...]:
        """The members whose data was not that of the others when they were last compared."""
        members = self.state.members if self.state else ()
        return tuple(member.name or member.id for member in members if member.differs)

    @property
    def index(self) -> KeyIndex:
        """All known keys (empty before the first listing)."""
        return self._hub.index if self._hub else KeyIndex(self.settings.key_limit)

    def went(self, path: str) -> Seen | None:
        """How a key went, if the watch saw it."""
        return self._hub.gone.find(path) if self._hub else None

    @property
    def stats(self) -> HubStats:
        """What the watch has done."""
        return self._hub.stats if self._hub else HubStats()

    def signals(self) -> list[Signal]:
        """Health signals of the newest poll; empty before the first."""
        if self._poller is None or self._poller.state is None:
            return []
        compared = self._poller.consistency.result
        return signals(self._poller.state, self._poller.history, compared)

    async def compare(self, patience: float) -> Consistency | None:
        """Compare the members' data, once a minute at most, for all who ask together.

        None when that takes longer than `patience` seconds (the result then shows in
        `signals`), or before the first poll.
        """
        if self._poller is None or self._poller.state is None:
            return None
        if self._comparing is None or self._comparing.done():
            self._comparing = asyncio.create_task(self._poller.consistency.check())
        done, _ = await asyncio.wait({self._comparing}, timeout=patience)
        return next(iter(done)).result() if done else None

    def start(self, feeds: EtcdFeeds) -> None:
        """Begin to poll and to watch in background tasks of the running loop."""
        if self._tasks:
            raise RuntimeError("the connection is started already")
        self._feeds = feeds
        self._poller = MemberPoller(self.client, feeds.members, self._changed)
        self._hub = WatchHub(self.client, feeds.keys, lambda: self.state)
        for feed in (feeds.members, feeds.keys, feeds.events):
            feed.state(FeedState.CONNECTING)
        self._tasks = [
            asyncio.create_task(
                keep_running(self._poller.run, self.name, [feeds.members]), name="etcd-poll"
            ),
            asyncio.create_task(
                keep_running(self._hub.run, self.name, [feeds.keys]), name="etcd-watch"
            ),
        ]

    async def stop(self) -> None:
        """Cancel the tasks, wait for them, close connections. Safe to call twice."""
        tasks: list[asyncio.Task[Any]]
        tasks, self._tasks = [*self._tasks], []
        if self._comparing is not None:
            tasks.append(self._comparing)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.client.gateway.aclose()

    def _changed(self, before: ClusterState | None, after: ClusterState) -> None:
        if self._feeds is None:
            return
        for event in changes(before, after):
            self._recent.append(event.key)
            self._feeds.events.put(event.key, event)
            if len(self._recent) > EVENT_LIMIT:
                self._feeds.events.delete(self._recent.popleft())
        if after.answering > 0:
            self._feeds.events.state(FeedState.POLLING)
        elif after.denied:
            self._feeds.events.state(FeedState.DENIED, after.denied)
        else:
            self._feeds.events.state(FeedState.STALE, "no member answers")
        if self._hub is not None:
            for member in after.members:
                if member.condition is MemberCondition.DOWN:
                    self._hub.leave(member.endpoint)
