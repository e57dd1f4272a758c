"""Keeping a registry's rows true: a slow crawl, quick webhooks, a steady ping.

The distribution API cannot be watched. Webhooks bring pushes at once, the crawl repairs
what they lost, and the ping says within seconds that the registry is gone or back.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Iterable
from dataclasses import dataclass, replace
from typing import Final

import structlog
from cachetools import TTLCache

from integrations.contract import (
    Feed,
    FeedState,
    IntegrationError,
    NotFound,
    UpstreamDenied,
    UpstreamUnreachable,
)
from integrations.registry import images
from integrations.registry.client import RegistryClient
from integrations.registry.index import RegistryIndex, RepositoryIndex
from integrations.registry.models import is_repository
from integrations.registry.state import (
    Repository,
    RepositoryState,
    Tag,
    TagKind,
    TagNames,
    is_companion,
)
from integrations.registry.webhook import Change, Push

_EAGER_PER_REPOSITORY: Final = 20
_MISSED_PAUSE: Final = 60.0
_QUEUE_LIMIT: Final = 20_000
_LOOKED_LIMIT: Final = 20_000
"""Tags remembered as just looked at; beyond it the oldest are looked at once more."""
_CRAWL_RETRY: Final = 5.0
_DENIED_RETRY: Final = 30.0
_SETTLE: Final = (0.1, 0.3, 1.0)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RegistryFeeds:
    """Where one registry's repositories and tags go."""

    repositories: Feed[Repository]
    tags: Feed[Tag]


class RegistryWatcher:
    """Runs the crawl, the ping and the resolvers of one registry."""

    def __init__(self, client: RegistryClient, feeds: RegistryFeeds) -> None:
        self._client = client
        self._settings = client.settings
        self._feeds = feeds
        self._urgent: deque[Awaitable[None]] = deque()
        self._slow: deque[tuple[str, str]] = deque()
        self._queued: set[tuple[str, str]] = set()
        self._work = asyncio.Event()
        self._crawl_now = asyncio.Event()
        self._looked: TTLCache[tuple[str, str], bool] = TTLCache(
            _LOOKED_LIMIT, self._settings.tag_ttl
        )
        self._listed = False
        self._over = ""
        self.index = RegistryIndex(feeds.repositories, feeds.tags)
        self.crawled: float = 0.0
        """When the last complete crawl ended (Unix seconds, 0 before)."""

    async def run(self) -> None:
        """Work until cancelled by the owner."""
        self._crawl_now.set()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._ping())
                group.create_task(self._crawls())
                for _ in range(self._settings.concurrency):
                    group.create_task(self._resolver())
        finally:
            self._drop_urgent()

    def changed(self, changes: Iterable[Change]) -> None:
        """Take over what a webhook told; returns at once."""
        for change in changes:
            if len(self._urgent) >= _QUEUE_LIMIT:
                self._crawl_now.set()
                return
            self._do(self._react(change))

    def missed(self) -> None:
        """A notification may have been lost: crawl, but not more than once a minute."""
        if time.time() - self.crawled > _MISSED_PAUSE:
            self._crawl_now.set()

    def look(self, repository: str) -> None:
        """A page shows a repository: resolve all its tags, the old ones again."""
        entry = self.index.entry(repository)
        for tag in list(entry.tags.values()) if entry else ():
            key = (tag.repository, tag.name)
            if key not in self._looked:
                self._looked[key] = True
                self._do(self._resolve(*key))

    def _react(self, change: Change) -> Awaitable[None]:
        entry = self.index.add(change.repository, touched=True)
        if isinstance(change, Push) and change.digest and change.tag:
            if not is_companion(change.tag):
                entry.pushed[change.tag] = change.digest
                return self._pushed(change)
            entry.companions.add(change.tag)
        return self._refresh(change.repository)

    def _do(self, work: Awaitable[None]) -> None:
        self._urgent.append(work)
        self._work.set()

    def _drop_urgent(self) -> None:
        while self._urgent:
            work = self._urgent.popleft()
            if asyncio.iscoroutine(work):
                work.close()

    async def _ping(self) -> None:
        reached: bool | None = None
        while True:
            try:
                await self._client.ping()
            except UpstreamDenied as error:
                self._state(FeedState.DENIED, error.message)
                reached = False
            except IntegrationError as error:
                self._state(FeedState.STALE, error.message)
                reached = False
            else:
                if reached is False:
                    self._crawl_now.set()
                reached = True
                if self._listed:
                    self._fresh()
            await asyncio.sleep(self._settings.ping_interval)

    def _fresh(self) -> None:
        if self._settings.hook_secret:
            self._state(FeedState.LIVE, self._over)
            return
        minutes = self._settings.crawl_interval / 60
        text = f"no webhook is set up: a push shows after the next crawl (every {minutes:.0f} min)"
        self._state(FeedState.POLLING, "; ".join(filter(None, [text, self._over])))

    def _state(self, state: FeedState, message: str = "") -> None:
        self._feeds.repositories.state(state, message)
        self._feeds.tags.state(state, message)

    async def _crawls(self) -> None:
        while True:
            pause = self._settings.crawl_interval * random.uniform(0.9, 1.1)  # noqa: S311 jitter
            try:
                await self._crawl()
                self._fresh()
            except UpstreamDenied as error:
                self._state(FeedState.DENIED, error.message)
                pause = min(pause, _DENIED_RETRY)
            except IntegrationError as error:
                log.info("registry crawl failed", upstream=error.upstream, error=error.message)
                self._state(FeedState.STALE, error.message)
                pause = min(pause, _CRAWL_RETRY)
            self._crawl_now.clear()
            try:
                async with asyncio.timeout(pause):
                    await self._crawl_now.wait()
            except TimeoutError:
                continue

    async def _crawl(self) -> None:
        """Read the catalogue, then every repository's tags; drop what a complete read lacks."""
        # What answers is not fresh for that: a list that cannot be read stays said.
        self._listed = False
        started, most = time.monotonic(), self._settings.repository_limit
        seen: set[str] = set()
        over = False
        async for page in self._catalogue():
            for name in filter(is_repository, page):
                over = over or (len(seen) >= most and name not in seen)
                if len(seen) < most:
                    seen.add(name)
                    self.index.add(name)
        self._over = f"only {most} repositories are read: there are more" if over else ""
        for name in self.index.names:
            entry = self.index.entry(name)
            if name not in seen and entry is not None and entry.touched < started:
                self.index.remove(name)
        self._listed = True
        self._fresh()
        await self._read_all(self.index.names)
        self.crawled = time.time()

    async def _catalogue(self) -> AsyncIterator[tuple[str, ...]]:
        """The configured repositories, else the registry's own catalogue."""
        if self._settings.repositories:
            yield self._settings.repositories
            return
        async for page in self._client.catalogue():
            yield page

    async def _read_all(self, names: list[str]) -> None:
        """Every repository's tags, half of the connections at a time: pages come first."""
        waiting = iter(names)

        failures: list[UpstreamUnreachable] = []

        async def reader() -> None:
            for name in waiting:
                if failures:
                    return
                try:
                    await self._refresh(name)
                except UpstreamUnreachable as error:
                    failures.append(error)

        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, self._settings.concurrency // 2)):
                group.create_task(reader())
        if failures:
            raise failures[0]

    async def _refresh(self, repository: str) -> None:
        """Read a repository's tags again and have the newest resolved."""
        entry = self.index.add(repository)
        if entry.waiting:
            return
        entry.waiting = True
        async with entry.lock:
            entry.waiting = False
            before = entry.names
            try:
                names = await self._settled_tags(entry)
            except NotFound:  # in the catalogue, but nothing was ever tagged, or all is deleted
                names = []
            except UpstreamUnreachable:
                raise
            except UpstreamDenied as error:
                self.index.fail(repository, RepositoryState.DENIED, error.message)
                return
            except IntegrationError as error:
                self.index.fail(repository, RepositoryState.FAILED, error.message)
                return
            most = self._settings.tag_limit
            note = f"Only {most} tags are read: there may be more" if len(names) >= most else ""
            self._review(self.index.list_tags(repository, names, note), before)

    async def _settled_tags(self, entry: RepositoryIndex) -> list[str]:
        """The tags, once the companions we were told of are among them.

        The registry tells of a push before it writes the tag (seen with 3.1.2).
        """
        for pause in _SETTLE:
            names = await self._client.tags(entry.row.name)
            if entry.companions <= set(names):
                return names
            await asyncio.sleep(pause)
        return await self._client.tags(entry.row.name)

    def _review(self, entry: RepositoryIndex, before: TagNames) -> None:
        """Read again what got other companions, and queue the newest tags."""
        told = {name.partition("-")[2].partition(".")[0] for name in entry.companions}
        entry.companions.clear()
        for tag in list(entry.tags.values()):
            if not tag.digest:
                continue
            about = tag.digest.partition(":")[2] in told
            if about or entry.names.says_else(before, tag.digest):
                self._do(self._take(entry, tag, tag.digest, again=True))
        self._queue(entry)

    def _queue(self, entry: RepositoryIndex) -> None:
        newest = sorted(entry.tags.values(), key=lambda tag: tag.order, reverse=True)
        for tag in newest[:_EAGER_PER_REPOSITORY]:
            key = (tag.repository, tag.name)
            if key not in self._queued and len(self._queued) < self._settings.resolve_limit:
                self._queued.add(key)
                self._slow.append(key)
        self._work.set()

    async def _resolver(self) -> None:
        while True:
            if self._urgent:
                await self._guarded(self._urgent.popleft())
            elif self._slow:
                key = self._slow.popleft()
                self._queued.discard(key)
                await self._guarded(self._resolve(*key))
            else:
                self._work.clear()
                await self._work.wait()

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except IntegrationError as error:
            log.debug("registry read failed", upstream=error.upstream, error=error.message)

    async def _resolve(self, repository: str, name: str) -> None:
        """Ask what a tag points at now, and read that if it is new."""
        entry = self.index.entry(repository)
        tag = entry.tags.get(name) if entry else None
        if entry is None or tag is None:
            return
        try:
            known = "" if tag.retry else tag.digest
            found = await self._client.resolve(repository, name, known)
            if found is not None:
                await self._take(entry, tag, found.digest)
        except NotFound as error:
            self.index.put_tag(entry, replace(tag, kind=TagKind.MISSING, message=error.message))

    async def _pushed(self, push: Push) -> None:
        """A tag was pushed: its digest is known, so the row needs no other question."""
        entry = self.index.add(push.repository)
        tag = entry.tags.get(push.tag) or Tag(push.repository, push.tag)
        try:
            await self._take(entry, replace(tag, pushed=time.time()), push.digest, create=True)
        except NotFound:
            await self._refresh(push.repository)

    async def _read(self, entry: RepositoryIndex, tag: Tag, digest: str) -> Tag:
        """The row of what `digest` is; what cannot be read says why."""
        try:
            return await images.complete(self._client, tag, digest, entry.names)
        except (NotFound, UpstreamUnreachable):
            raise
        except IntegrationError as error:
            message = f"it cannot be read: {error.message}"
            return replace(tag, digest=digest, message=message, retry=True)

    async def _take(
        self,
        entry: RepositoryIndex,
        tag: Tag,
        digest: str,
        *,
        create: bool = False,
        again: bool = False,
    ) -> None:
        """Read what `digest` is, unless known, and put the tag's row.

        What changed while we were reading wins: a tag that vanished stays gone (unless it
        was just pushed), and a newer digest is not overwritten by an older one.
        """
        known = entry.tags.get(tag.name)
        again = again or known is None or known.retry or known.kind is TagKind.UNRESOLVED
        if again or known is None or known.digest != digest:
            row = await self._read(entry, tag, digest)
        else:
            row = replace(known, pushed=tag.pushed or known.pushed)
        now = entry.tags.get(tag.name)
        if create:
            current = entry.pushed.get(tag.name) == digest
        else:
            current = now is not None and known is not None and now.digest == known.digest
        if current:
            self.index.put_tag(entry, row)
