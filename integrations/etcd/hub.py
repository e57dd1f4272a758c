"""One watch per cluster for the whole console (reference §5).

The hub lists the keys once at a pinned revision, then keeps a single stream open on a
follower and moves to another member whenever that one fails, resuming after the last event
it applied. Compaction of the resume point means a new listing.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from integrations.backoff import Backoff
from integrations.contract import (
    Feed,
    FeedState,
    IntegrationError,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamUnreachable,
)
from integrations.etcd import errors
from integrations.etcd.client import EtcdClient
from integrations.etcd.deleted import Gone
from integrations.etcd.grants import limits_in_words
from integrations.etcd.index import KeyEntry, KeyIndex
from integrations.etcd.keytext import key_text
from integrations.etcd.models import (
    EtcdError,
    KeyValue,
    WatchCreate,
    WatchEvent,
    WatchLine,
    WatchRequest,
    WatchResponse,
    key_range,
)
from integrations.etcd.snapshot import ClusterState, RaftRole, version_tuple
from integrations.etcd.transport import token_refused

_SLICE: Final = 500
"""Keys applied before other tasks get a turn."""
_BACKOFF_FIRST: Final = 0.2
_BACKOFF_CAP: Final = 3.0
_DENIED_PAUSE: Final = 30.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class HubStats:
    """What the hub has done, for the health page and metrics."""

    endpoint: str = ""
    revision: int = 0
    events: int = 0
    restarts: int = 0
    listings: int = 0
    last_event: float = 0.0


class WatchHub:
    """Feeds the key index and a feed from one watch. `cluster` gives the poller's view."""

    def __init__(
        self,
        client: EtcdClient,
        feed: Feed[KeyEntry],
        cluster: Callable[[], ClusterState | None],
    ) -> None:
        self._client = client
        self._settings = client.gateway.settings
        self._prefix = self._settings.prefix.encode()
        self._feed = feed
        self._cluster = cluster
        self._next = 0  # 0: a listing is needed first
        self._cluster_id = ""
        self._backoff = Backoff(_BACKOFF_FIRST, _BACKOFF_CAP)
        self._last_endpoint = ""
        self._deadline: asyncio.Timeout | None = None
        self.index = KeyIndex(self._settings.key_limit)
        self.gone = Gone()
        self.stats = HubStats()

    async def run(self) -> None:
        """Watch until cancelled by the owner."""
        while True:
            try:
                if self._next and await self._rewound():
                    log.warning("etcd was restored, listing again", upstream=self._client.upstream)
                    self._next = 0
                if not self._next:
                    await self._list()
                await self._watch()
            except errors.Compacted:
                log.info("etcd watch compacted, listing again", upstream=self._client.upstream)
                self._next = 0
            except UpstreamDenied as error:
                limits = await limits_in_words(self._client.gateway)
                self._feed.state(FeedState.DENIED, limits or error.message)
                await asyncio.sleep(_DENIED_PAUSE)
            except IntegrationError as error:
                await self._failed(error)

    def leave(self, endpoint: str) -> None:
        """Move the watch elsewhere if it is open at `endpoint` (a member found dead)."""
        if self.stats.endpoint == endpoint and self._deadline is not None:
            self._deadline.reschedule(asyncio.get_running_loop().time())

    async def _failed(self, error: IntegrationError) -> None:
        pause = self._backoff.next()
        self.stats.restarts += 1
        if self._backoff.failures > 1:  # the first failure is a member; the second, the cluster
            self._feed.state(FeedState.STALE, error.message)
        log.info("etcd watch failed", upstream=error.upstream, error=error.message)
        await asyncio.sleep(pause)

    async def _rewound(self) -> bool:
        """Whether this is another history than the one we followed (restored from a backup).

        A watch from a future revision gives no events, so it must not be opened.
        """
        try:
            now = await self._client.position(self._prefix)
        except (UpstreamUnreachable, UpstreamFailed):  # no quorum to ask: nothing new either
            return False
        return now.revision < self._next - 1 or now.cluster_id != self._cluster_id

    async def _list(self) -> None:
        """Read every key below the prefix, page by page at one revision."""
        fresh = KeyIndex(self._settings.key_limit)
        after, revision = None, 0
        self._feed.begin()
        while True:
            page = await self._client.keys(self._prefix, after, revision)
            revision = revision or page.header.revision
            self._cluster_id = page.header.cluster_id
            await self._take(fresh, page.kvs)
            full = len(fresh) >= fresh.limit and page.more
            if full:
                fresh.refused = page.count - len(page.kvs) + fresh.refused
            if full or not page.more or not page.kvs:
                break
            after = page.kvs[-1].key
        self.index = fresh
        self.gone.clear()
        self._feed.commit()
        self.stats.listings += 1
        self.stats.revision = revision
        self._next = revision + 1

    async def _take(self, fresh: KeyIndex, page: Sequence[KeyValue]) -> None:
        for start in range(0, len(page), _SLICE):
            for kv in page[start : start + _SLICE]:
                entry = self._listed(kv)
                if fresh.put(entry):
                    self._feed.put(entry.path, entry)
            await asyncio.sleep(0)

    def _listed(self, kv: KeyValue) -> KeyEntry:
        path = key_text(kv.key)
        known = self.index.get(path)
        if known is not None and known.mod_revision == kv.mod_revision:
            return known
        return KeyEntry(path, None, kv.version, kv.create_revision, kv.mod_revision, kv.lease, 0.0)

    async def _watch(self) -> None:
        """One stream until it fails, is told to leave, or is old enough to renew."""
        endpoint = self._choose()
        key, end = key_range(self._prefix)
        create = WatchCreate(
            key=key, range_end=end, start_revision=self._next, progress_notify=True
        )
        created = False
        try:
            async with asyncio.timeout(self._settings.watch_header_timeout) as deadline:
                async with self._client.gateway.stream(
                    endpoint, "watch", (WatchRequest(create_request=create),)
                ) as lines:
                    async for line in lines:
                        answer = self._read(line)
                        if answer is None:
                            continue
                        if answer.created:
                            created = True
                            self._opened(endpoint, deadline)
                        self._apply(answer)
            raise UpstreamUnreachable(self._client.upstream, "the watch ended")
        except TimeoutError:
            if not created:
                raise UpstreamUnreachable(
                    self._client.upstream, "the watch was not created in time", timeout=True
                ) from None
        finally:
            self._deadline = None
            self.stats.endpoint = ""

    def _opened(self, endpoint: str, deadline: asyncio.Timeout) -> None:
        self._backoff.reset()
        self._deadline = deadline
        self.stats.endpoint = endpoint
        deadline.reschedule(asyncio.get_running_loop().time() + self._settings.watch_recycle)
        self._feed.state(FeedState.LIVE, self._limit_message())

    def _limit_message(self) -> str:
        if not self.index.refused:
            return ""
        return (
            f"the first {len(self.index):,} keys are shown, {self.index.refused:,} more are not: "
            "watch a smaller prefix or raise the limit"
        )

    def _choose(self) -> str:
        """A random follower other than the last one; the leader only when alone."""
        urls = list(self._settings.endpoints)
        state = self._cluster()
        if state is not None:
            up = {m.endpoint: m.role for m in state.members if m.answers}
            followers = [url for url, role in up.items() if role is RaftRole.FOLLOWER]
            leaders = [url for url, role in up.items() if role is RaftRole.LEADER]
            learners = {url for url, role in up.items() if role is RaftRole.LEARNER}
            urls = followers or leaders or [url for url in urls if url not in learners] or urls
        others = [url for url in urls if url != self._last_endpoint] or urls
        self._last_endpoint = random.choice(others)  # noqa: S311 load spreading, no secret
        return self._last_endpoint

    def _read(self, line: bytes) -> WatchResponse | None:
        if not line.strip():
            return None
        try:
            message = msgspec.json.decode(line, type=WatchLine, strict=False)
        except msgspec.DecodeError as error:
            raise UpstreamFailed(self._client.upstream, "the watch sent no valid line") from error
        if message.error is not None:
            raise errors.from_problem(self._client.upstream, message.error)
        answer = message.result
        if answer is not None and answer.compact_revision:
            raise errors.Compacted(self._client.upstream, "the watch start was compacted")
        if answer is not None and answer.canceled:
            raise self._cancelled(answer)
        return answer

    def _cancelled(self, answer: WatchResponse) -> IntegrationError:
        reason = answer.cancel_reason or "the watch was cancelled"
        if token_refused(reason):
            self._client.gateway.forget_token(self._client.gateway.current_token)
            return UpstreamFailed(self._client.upstream, reason)
        if "permission denied" in reason:
            return UpstreamDenied(self._client.upstream, "not permitted to watch these keys")
        return errors.from_problem(self._client.upstream, EtcdError(message=reason))

    def _apply(self, answer: WatchResponse) -> None:
        if answer.events:
            now = time.time()
            for event in answer.events:
                self._change(event, now)
            self._next = max(event.kv.mod_revision for event in answer.events) + 1
            self.stats.events += len(answer.events)
            self.stats.last_event = now
            self.stats.revision = max(self.stats.revision, self._next - 1)
        elif not answer.created and self._progress_is_ordered():
            self._next = max(self._next, answer.header.revision + 1)
            self.stats.revision = max(self.stats.revision, answer.header.revision)

    def _change(self, event: WatchEvent, now: float) -> None:
        path = key_text(event.kv.key)
        if event.type == "DELETE":
            self.gone.note(path, event.kv.mod_revision, now)
            if self.index.delete(path):
                self._feed.delete(path)
            return
        self.gone.forget(path)
        kv = event.kv
        entry = KeyEntry(
            path, kv.size, kv.version, kv.create_revision, kv.mod_revision, kv.lease, now
        )
        if self.index.put(entry):
            self._feed.put(path, entry)
        elif self.index.refused == 1:
            self._feed.state(FeedState.LIVE, self._limit_message())

    def _progress_is_ordered(self) -> bool:
        """Before 3.4.25 and 3.5.8 a progress line may overtake events."""
        state = self._cluster()
        version = version_tuple(state.lowest_version) if state else (0,)
        floor = (3, 4, 25) if version[:2] == (3, 4) else (3, 5, 8)
        return version >= floor
