"""One watch per (cluster, kind): list, follow, resume, start over; see the README's picture.

The state machine::

    no version ── streaming list ──▶ following ──▶ ended, silent or broken: resume at version
        ▲            │ refused           │
        │            ▼                   │ 410, ERROR event, version went back
        │        paged list ─────────────┤
        └────────────────────────────────┘
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from typing import Any, Final

from integrations.backoff import Backoff
from integrations.contract import (
    Feed,
    FeedState,
    IntegrationError,
    NotFound,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamRefused,
    UpstreamUnreachable,
)
from integrations.kubernetes.client import KubernetesClient
from integrations.kubernetes.decode import EventLine, Mark, Unreadable
from integrations.kubernetes.errors import Behind, Expired, Status, from_status
from integrations.kubernetes.kinds import ResourceKind
from integrations.kubernetes.models.meta import key_of
from integrations.kubernetes.settings import Limits
from integrations.lines import Lines, LineTooLong

__all__ = ["WatchCoordinator", "Watcher"]

log = logging.getLogger(__name__)

SLICE_SECONDS: Final = 0.005
SLICE_EVENTS: Final = 64
SHORT_ROUND: Final = 1.0
WATCH_SECONDS: Final = (300, 600)


class WatchCoordinator:
    """What the watchers of one cluster share: whether it can stream lists, and a bell that
    ends every wait when the cluster is known to answer again."""

    def __init__(self) -> None:
        self.streaming = True
        self._bell = asyncio.Event()

    def wake(self) -> None:
        """Wake who waits now; not who waits later."""
        self._bell.set()
        self._bell = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Sleep, at most until the bell."""
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return


class Watcher:
    """Keeps `feed` equal to the objects of `kind`, for as long as `run` runs. `served`: it is known
    that there is such a kind; not to find it is a matter of a moment."""

    def __init__(
        self,
        client: KubernetesClient,
        kind: ResourceKind,
        feed: Feed[Any],
        coordinator: WatchCoordinator,
        *,
        rng: random.Random | None = None,
        served: bool = False,
    ) -> None:
        self.kind = kind
        self.unreadable = 0
        self._client = client
        self._feed = feed
        self._coordinator = coordinator
        self._served = served
        self._limits: Limits = client.settings.limits
        self._rng = rng or random.Random()  # noqa: S311  # spreads load, keeps no secret
        self._backoff = Backoff(
            self._limits.backoff_first, self._limits.backoff_limit, jitter=self._rng.random
        )
        self._decoders = client.decoders(kind.model)
        self._version = ""
        self._initial = False
        self._listed = False
        self._round: asyncio.Timeout | None = None

    async def run(self) -> None:
        """Watch until cancelled. Never raises for what the cluster does."""
        self._feed.state(FeedState.CONNECTING)
        while True:
            started = time.monotonic()
            wait = await self._one_round()
            if wait is None:
                short = time.monotonic() - started < SHORT_ROUND
                wait = self._backoff.next() if short else 0.0
            if wait > 0:
                await self._coordinator.wait(wait)

    def interrupt(self, message: str) -> None:
        """The cluster is known not to answer: say so and reconnect instead of waiting for a
        half-open connection to be noticed."""
        self._lost(message)
        if self._round is not None:
            self._round.reschedule(asyncio.get_running_loop().time())

    async def _one_round(self) -> float | None:
        """One list and watch; seconds to wait then, None when it ended as watches end."""
        try:
            async with asyncio.timeout(None) as self._round:
                await self._list_and_follow()
        except TimeoutError:
            return self._backoff.next()
        except Expired as error:
            log.info("%s: %s: listing again: %s", self._client.upstream, self.kind.plural, error)
            self._version = ""
            return self._backoff.next()
        except IntegrationError as error:
            return self._failed(error)
        except Exception:
            # A reader's mistake about one object must not end the watch for good.
            log.exception("%s: %s: starting over", self._client.upstream, self.kind.plural)
            self._version = ""
            self._lost("the console failed on an object; see its log")
            return self._limits.backoff_limit
        finally:
            self._round = None
        return None

    def _failed(self, error: IntegrationError) -> float:
        if isinstance(error, NotFound) and not self._served:
            return self._not_served()
        if isinstance(error, Behind):
            # What we hold may be newer than its history: only a new listing can tell.
            self._version = ""
            self._lost(error.message)
            return error.retry_after * self._rng.uniform(1.0, 1.5)
        if isinstance(error, UpstreamDenied):
            self._feed.state(FeedState.DENIED, error.message)
            return self._limits.denied_retry * self._rng.uniform(0.8, 1.2)
        self._lost(error.message)
        return self._backoff.next()

    async def _list_and_follow(self) -> None:
        if not self._version and self._coordinator.streaming:
            try:
                await self._follow(initial=True)
            except UpstreamRefused as error:
                if isinstance(error, Expired) or "sendInitialEvents" not in error.message:
                    raise
                self._coordinator.streaming = False
            else:
                return
        if not self._version:
            await self._list_pages()
        await self._follow(initial=False)

    async def _list_pages(self) -> None:
        self._feed.begin()
        token = ""
        while True:
            page = await self._client.list_page(self.kind, continue_=token)
            for number, item in enumerate(page.items):
                self._feed.put(key_of(item.metadata), item)
                if number % SLICE_EVENTS == 0:
                    await asyncio.sleep(0)
            token = page.next
            if not token:
                break
        self._feed.commit()
        self._version = page.metadata.resource_version
        self._now_live()

    async def _follow(self, *, initial: bool) -> None:
        params = {
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(self._rng.randint(*WATCH_SECONDS)),
        }
        if initial:
            params |= {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
        else:
            params["resourceVersion"] = self._version
        opened = False
        try:
            async with self._client.watch(self.kind, params) as chunks:
                opened = True
                self._initial = initial
                if initial:
                    self._feed.begin()
                else:
                    self._now_live()
                await self._read(chunks)
        except UpstreamUnreachable as error:
            if not opened or self._initial:
                raise
            # Broken or silent: the next round resumes, and says so if it cannot.
            log.debug("%s: %s: %s", self._client.upstream, self.kind.plural, error)

    async def _read(self, chunks: AsyncIterator[bytes]) -> None:
        lines = Lines(self._limits.line_bytes)
        count, started = 0, time.monotonic()
        async for chunk in chunks:
            try:
                complete = lines.feed(chunk)
            except LineTooLong as error:
                raise UpstreamFailed(self._client.upstream, str(error)) from error
            for line in complete:
                self._apply(line)
                count += 1
                if count >= SLICE_EVENTS:
                    count = 0
                    if time.monotonic() - started > SLICE_SECONDS:
                        await asyncio.sleep(0)
                        started = time.monotonic()

    def _apply(self, line: bytes) -> None:
        try:
            event = self._decoders.event(line)
        except Unreadable as error:
            self.unreadable += 1
            log.warning("%s: %s: skipped: %s", self._client.upstream, self.kind.plural, error)
            return
        if isinstance(event, EventLine):
            self._apply_object(event)
        elif isinstance(event, Mark):
            self._apply_mark(event)
        elif isinstance(event, Status):
            raise from_status(self._client.upstream, event)

    def _apply_object(self, event: EventLine[Any]) -> None:
        metadata = event.object.metadata
        key = key_of(metadata)
        if event.type == "DELETED":
            self._feed.delete(key)
        else:
            self._feed.put(key, event.object)
        if not self._initial:
            # Initial events come in key order: none of their versions is a place to resume.
            self._version = metadata.resource_version

    def _apply_mark(self, mark: Mark) -> None:
        if _went_back(self._version, mark.resource_version):
            message = "its history went back (restored from a backup?)"
            raise Expired(self._client.upstream, message)
        if self._initial:
            if not mark.ends_initial:
                return
            self._initial = False
            self._feed.commit()
            self._now_live()
        self._version = mark.resource_version

    def _now_live(self) -> None:
        self._listed = True
        self._backoff.reset()
        self._feed.state(FeedState.LIVE)

    def _lost(self, message: str) -> None:
        self._feed.state(FeedState.STALE if self._listed else FeedState.CONNECTING, message)

    def _not_served(self) -> float:
        self._version = ""
        self._feed.begin()
        self._feed.commit()
        self._feed.state(FeedState.LIVE, f"this cluster does not serve {self.kind.plural}")
        return self._limits.denied_retry


def _went_back(ours: str, theirs: str) -> bool:
    return ours.isdigit() and theirs.isdigit() and int(theirs) < int(ours)
