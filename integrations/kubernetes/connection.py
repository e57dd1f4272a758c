"""One Kubernetes cluster as the console holds it: client, watches, health."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx2
import msgspec

from integrations.backoff import Backoff
from integrations.broadcast import join
from integrations.contract import (
    ConfigurationError,
    DestinationRefused,
    Feed,
    FeedState,
    IntegrationError,
    UpstreamDenied,
)
from integrations.kubernetes.auth.access import Access
from integrations.kubernetes.client import KubernetesClient, Version
from integrations.kubernetes.discovery import further_kinds
from integrations.kubernetes.kinds import KINDS, ResourceKind
from integrations.kubernetes.metadata_watches import CHANGES, DELETIONS, ROUTES, MetadataWatches
from integrations.kubernetes.metrics_poll import NODE_USAGE, POD_USAGE, MetricsPoll
from integrations.kubernetes.reviews import ALLOW_SECONDS, DENY_SECONDS, AccessReviews
from integrations.kubernetes.settings import ConnectionSettings
from integrations.kubernetes.watch import WatchCoordinator, Watcher
from integrations.sending import Observe, ignore

__all__ = ["ApiServerHealth", "KubernetesConnection"]

log = logging.getLogger(__name__)

STREAMING_SINCE = (1, 27)
DOWN_PROBE_LIMIT = 2.0
PATIENCE = 60.0
"""Seconds in which a cluster that does not answer may still be starting."""
HEALTH = "health"
_DEFINITIONS = "customresourcedefinitions"


class ApiServerHealth(msgspec.Struct, frozen=True):
    """How the API server is. `since` and `checked` are Unix seconds; `failing` names its own
    readiness checks that fail."""

    state: FeedState = FeedState.CONNECTING
    since: float = 0.0
    checked: float = 0.0
    message: str = ""
    version: str = ""
    failing: tuple[str, ...] = ()


class KubernetesConnection:
    """`attach` feeds, `start`, `stop`. One watch per kind however many feeds are attached."""

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        access: Access | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Observe = ignore,
        rng: random.Random | None = None,
    ) -> None:
        self.name = settings.name
        self.settings = settings
        self.client = KubernetesClient(
            settings, access=access, transport=transport, observe=observe
        )
        self.reviews = AccessReviews(
            self.client.api, allow=ALLOW_SECONDS - 1, deny=DENY_SECONDS - 1
        )
        """For rows: whoever asks may keep an answer for the second that is left."""
        self.health = ApiServerHealth(since=time.time())
        self.coordinator = WatchCoordinator()
        self.metadata = MetadataWatches(
            self._metadata_watcher, self._further_kinds, settings.limits.custom_kinds
        )
        """The watches of the kinds that have no rows."""
        self.metrics = MetricsPoll(self.client)
        self._rng = rng or random.Random()  # noqa: S311  # spreads load, keeps no secret
        self._feeds: dict[str, list[Feed[Any]]] = {}
        self._watchers: list[Watcher] = []
        self._listeners: list[Callable[[ApiServerHealth], None]] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def watches(self) -> int:
        """Watches open at the API server now."""
        return self.client.api.watches

    def attach(self, kind: str, feed: Feed[Any]) -> None:
        """Feed all objects of `kind` (a key of `KINDS`) into `feed`, from `start` on.

        The kind ``health`` is this connection itself: its `ApiServerHealth` under its name.
        ``deletions``, ``custom-changes`` and ``routes`` are of kinds without rows: see
        `metadata_watches`. ``node-usage`` and ``pod-usage`` are measured: `metrics_poll`.
        """
        if self._task is not None:
            raise RuntimeError("attach feeds before the connection is started")
        if kind == HEALTH:
            feed.state(FeedState.LIVE)
            self.on_health(lambda health: feed.put(self.name, health))
        elif kind in {CHANGES, DELETIONS, ROUTES}:
            self.metadata.attach(kind, feed)
        elif kind in {NODE_USAGE, POD_USAGE}:
            self.metrics.attach(kind, feed)
        else:
            self._feeds.setdefault(KINDS[kind].plural, []).append(feed)

    def on_health(self, listener: Callable[[ApiServerHealth], None]) -> None:
        """Call `listener` with the health now and whenever it changes."""
        self._listeners.append(listener)
        listener(self.health)

    async def start(
        self, feeds: Mapping[str, Feed[Any] | Sequence[Feed[Any]]] | None = None
    ) -> None:
        """Start watching, in the background. Returns at once; a cluster that does not answer
        is a state of its feeds, not an error."""
        for kind, given in (feeds or {}).items():
            for feed in given if isinstance(given, Sequence) else [given]:
                self.attach(kind, feed)
        if self.metadata.wanted:
            self.attach(_DEFINITIONS, self.metadata)
        self._watchers = [
            Watcher(self.client, KINDS[kind], join(several), self.coordinator, rng=self._rng)
            for kind, several in self._feeds.items()
        ]
        self._task = asyncio.create_task(self._run(), name=f"kubernetes/{self.name}")

    async def stop(self) -> None:
        """End every watch and close every connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self.reviews.aclose()
        await self.client.aclose()

    async def _run(self) -> None:
        await self._first_contact()
        async with asyncio.TaskGroup() as group:
            for watcher in self._watchers:
                group.create_task(watcher.run(), name=f"{self.name}/{watcher.kind.plural}")
            group.create_task(self._probe_forever(), name=f"{self.name}/health")
            if self.metadata.wanted:
                group.create_task(self.metadata.run(), name=f"{self.name}/metadata")
            if self.metrics.wanted:
                group.create_task(self.metrics.run(), name=f"{self.name}/metrics")

    async def _further_kinds(self) -> list[ResourceKind]:
        return await further_kinds(self.client.api)

    def _metadata_watcher(self, kind: ResourceKind, feed: Feed[Any]) -> Watcher:
        return Watcher(self.client, kind, feed, self.coordinator, rng=self._rng, served=True)

    async def _first_contact(self) -> None:
        """Wait for the version: it decides whether lists can be streamed. What cannot come by
        waiting, or has not come for a while, is said with its reason."""
        limits = self.settings.limits
        backoff = Backoff(limits.backoff_first, DOWN_PROBE_LIMIT, jitter=self._rng.random)
        began = asyncio.get_running_loop().time()
        self._tell(FeedState.CONNECTING)
        while True:
            try:
                version = await self.client.version()
            except UpstreamDenied:
                return  # the watches will say so, kind by kind
            except IntegrationError as error:
                late = asyncio.get_running_loop().time() - began > PATIENCE
                hopeless = late or isinstance(error, ConfigurationError | DestinationRefused)
                self._tell(FeedState.STALE if hopeless else FeedState.CONNECTING, error.message)
                await self._unreachable(error)
                await asyncio.sleep(backoff.next())
            else:
                self._learn(version)
                return

    def _tell(self, state: FeedState, message: str = "") -> None:
        for several in self._feeds.values():
            join(several).state(state, message)

    async def _probe_forever(self) -> None:
        limits = self.settings.limits
        backoff = Backoff(limits.backoff_first, DOWN_PROBE_LIMIT, jitter=self._rng.random)
        while True:
            await self._probe()
            if self.health.state is FeedState.STALE:
                await asyncio.sleep(backoff.next())
            else:
                backoff.reset()
                await asyncio.sleep(limits.probe_interval)

    async def _probe(self) -> None:
        was = self.health.state
        try:
            try:
                failing = await self.client.failing_checks()
            except UpstreamDenied:
                failing = []
            if was is not FeedState.LIVE or not self.health.version:
                self._learn(await self.client.version())
        except UpstreamDenied as error:
            self._report(FeedState.DENIED, error.message)
        except IntegrationError as error:
            await self._unreachable(error)
            if was is FeedState.LIVE:
                for watcher in (*self._watchers, *self.metadata.watchers):
                    watcher.interrupt(error.message)
        else:
            words = f"not ready: {', '.join(failing)}" if failing else ""
            self._report(FeedState.LIVE, words, failing=tuple(failing))
            if was is not FeedState.LIVE:
                self.coordinator.wake()

    async def _unreachable(self, error: IntegrationError) -> None:
        known = self.health.version != ""
        self._report(FeedState.STALE if known else FeedState.CONNECTING, error.message)
        # A stack that was rebuilt has a new certificate authority in the same file.
        await self.client.api.forget()

    def _learn(self, version: Version) -> None:
        number = version.number
        self.coordinator.streaming = number >= STREAMING_SINCE
        self._report(FeedState.LIVE, "", version=version.git_version)

    def _report(
        self,
        state: FeedState,
        message: str,
        *,
        version: str | None = None,
        failing: tuple[str, ...] = (),
    ) -> None:
        old, now = self.health, time.time()
        self.health = ApiServerHealth(
            state=state,
            since=old.since if old.state is state else now,
            checked=now,
            message=message,
            version=old.version if version is None else version,
            failing=failing,
        )
        if msgspec.structs.replace(self.health, checked=0.0) == msgspec.structs.replace(
            old, checked=0.0
        ):
            return
        if old.state is not state:
            log.info("%s: %s %s", self.client.upstream, state, message)
        for listener in self._listeners:
            listener(self.health)
