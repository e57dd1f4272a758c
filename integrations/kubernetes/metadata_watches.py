"""What happens to objects of kinds without rows, by watches of their metadata alone.

Every definition adds a kind, and a cluster may have hundreds. The oldest of them, as many as
the connection's limit says, are watched for good, for what leaves and does not go; of further
ones those somebody looks at (`follow`), for as long as they do. The kinds Kubernetes brings along
itself (`discovery`) are watched too, begun a few at a time: nobody waits for them. Nothing is kept
but the names of what is being deleted. Routes of the Gateway API are watched whole.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from integrations.broadcast import join
from integrations.contract import Feed, FeedState, IntegrationError
from integrations.kubernetes.client import custom_kind
from integrations.kubernetes.kinds import ResourceKind
from integrations.kubernetes.metadata_feed import KindFeed, Told
from integrations.kubernetes.models.core import CustomResourceDefinition
from integrations.kubernetes.models.custom import Route
from integrations.kubernetes.models.meta import find_condition
from integrations.kubernetes.route_feed import RouteFeed
from integrations.kubernetes.summaries.routes import is_route
from integrations.kubernetes.watch import Watcher

__all__ = [
    "CHANGES",
    "DELETIONS",
    "FOLLOW_SECONDS",
    "MOST_FOLLOWED",
    "ROUTES",
    "MetadataWatches",
]

DELETIONS: Final = "deletions"
"""Feeds `DeletedObject`: the objects of kinds without rows that were told to go."""
CHANGES: Final = "custom-changes"
"""Feeds `CustomChanges` by definition: that something of the kind changed."""
ROUTES: Final = "routes"
"""Feeds `RouteObject`: the routes of the Gateway API."""
MOST_FOLLOWED: Final = 16
FOLLOW_SECONDS: Final = 75.0
"""A page asks for what it follows every thirty seconds."""

MOST_BUILT_IN: Final = 60
"""Kinds that no definition adds: Kubernetes 1.36 has some thirty."""
_AT_ONCE: Final = 4
_START_SECONDS: Final = 5.0
"""How long one that is begun may keep the next from it."""
_LATER: Final = 3.0
"""What people wait for comes first."""
_DISCOVER_SECONDS: Final = 600.0
_DISCOVER_AGAIN: Final = 60.0

Make = Callable[[ResourceKind, Feed[Any]], Watcher]
Discover = Callable[[], Awaitable[Sequence[ResourceKind]]]


@dataclass(slots=True)
class _Running:
    kind: ResourceKind
    watcher: Watcher
    feed: KindFeed[Any]
    built_in: bool
    task: asyncio.Task[None]


class MetadataWatches:
    """A feed of definitions; `run` keeps the watches of the kinds they add, `most` of them for
    good, and of those that `discover` gives besides."""

    def __init__(
        self,
        make: Make,
        discover: Discover,
        most: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make
        self._discover = discover
        self._discovered: dict[str, ResourceKind] = {}
        self._undiscovered = False
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._most = most
        self._clock = clock
        self._to: dict[str, list[Feed[Any]]] = {DELETIONS: [], CHANGES: [], ROUTES: []}
        self._definitions: dict[str, CustomResourceDefinition] = {}
        self._listed: set[str] | None = None
        self._followed: dict[str, float] = {}
        self._running: dict[str, _Running] = {}
        self._state = (FeedState.CONNECTING, "")
        self._complete = False
        self._over = 0
        self._due = asyncio.Event()
        self._numbers = itertools.count(1)

    @property
    def wanted(self) -> bool:
        """Whether anybody wants to know."""
        return any(self._to.values())

    @property
    def watchers(self) -> Iterator[Watcher]:
        """The watches that are open or being opened."""
        return (running.watcher for running in list(self._running.values()))

    def attach(self, what: str, feed: Feed[Any]) -> None:
        """Tell `feed` of `DELETIONS`, `CHANGES` or `ROUTES`; before `run`."""
        self._to[what].append(feed)

    def follow(self, definition: str) -> None:
        """Somebody looks at objects of this definition, now and for `FOLLOW_SECONDS`. Beyond
        `MOST_FOLLOWED` kinds the one that was looked at longest ago is given up."""
        if not self.wanted or definition not in self._definitions:
            return
        new = definition not in self._followed
        self._followed.pop(definition, None)
        self._followed[definition] = self._clock() + FOLLOW_SECONDS
        if new:
            self._due.set()

    def put(self, key: str, value: CustomResourceDefinition) -> None:
        """A definition there is."""
        if self._listed is not None:
            self._listed.add(key)
        self._definitions[key] = value
        self._due.set()

    def delete(self, key: str) -> None:
        """A definition that is gone."""
        self._forget(key)
        self._due.set()

    def begin(self) -> None:
        """All definitions are listed again."""
        self._listed = set()

    def commit(self) -> None:
        """Those that were not listed are gone."""
        if self._listed is not None:
            for key in self._definitions.keys() - self._listed:
                self._forget(key)
        self._listed = None
        self._due.set()

    def _forget(self, key: str) -> None:
        """What it added is no kind of the cluster's own either."""
        self._definitions.pop(key, None)
        self._discovered.pop(key, None)

    def state(self, state: FeedState, message: str = "") -> None:
        """Without the definitions nothing is known of what they add."""
        self._state = (state, message)
        self._due.set()
        self._tell()

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_discovering())
            while True:
                await self._until_due()
                self._due.clear()
                self._reconcile(group)
                self._tell()

    async def _keep_discovering(self) -> None:
        """An upgraded cluster has other kinds."""
        await asyncio.sleep(_LATER)
        while True:
            try:
                found = await self._discover()
            except IntegrationError:
                self._undiscovered = not self._discovered
                wait = _DISCOVER_AGAIN
            else:
                self._discovered = {f"{kind.plural}.{kind.group}": kind for kind in found}
                self._undiscovered = False
                wait = _DISCOVER_SECONDS
            self._due.set()
            await asyncio.sleep(wait)

    async def _until_due(self) -> None:
        """Until the definitions are others, or somebody has stopped looking."""
        end = min(self._followed.values(), default=None)
        wait = None if end is None else max(0.0, end - self._clock())
        try:
            async with asyncio.timeout(wait):
                await self._due.wait()
        except TimeoutError:
            return

    def _reconcile(self, group: asyncio.TaskGroup) -> None:
        now = self._clock()
        self._followed = {name: end for name, end in self._followed.items() if end > now}
        built_in = self._built_in()
        wanted = {**self._wanted_kinds(), **built_in}
        for name, running in list(self._running.items()):
            if wanted.get(name) != running.kind:
                running.task.cancel()
                running.feed.close()
                del self._running[name]
        for name, kind in wanted.items():
            if name not in self._running:
                self._running[name] = self._start(group, name, kind, built_in=name in built_in)

    def _wanted_kinds(self) -> dict[str, ResourceKind]:
        kinds = self._kinds()
        self._over = max(0, len(kinds) - self._most)
        looked_at = [name for name in reversed(self._followed) if name in kinds]
        names = list(kinds)[: self._most]
        names += [name for name in looked_at if name not in names][:MOST_FOLLOWED]
        return {name: kinds[name] for name in names}

    def _built_in(self) -> dict[str, ResourceKind]:
        """What no definition adds: known once all definitions are, or are not told."""
        if self._listed is not None or self._state[0] not in {FeedState.LIVE, FeedState.DENIED}:
            return {
                name: running.kind for name, running in self._running.items() if running.built_in
            }
        names = [name for name in self._discovered if name not in self._definitions]
        return {name: self._discovered[name] for name in names[:MOST_BUILT_IN]}

    def _kinds(self) -> dict[str, ResourceKind]:
        """The kinds that are served, by definition, the oldest first: a new one takes no other's
        place."""
        found: dict[str, ResourceKind] = {}
        for name, definition in sorted(self._definitions.items(), key=_age):
            if find_condition(definition.status.conditions, "Established", "True") is None:
                continue
            try:
                found[name] = custom_kind(definition)
            except IntegrationError:
                continue
        return found

    def _start(
        self, group: asyncio.TaskGroup, name: str, kind: ResourceKind, *, built_in: bool
    ) -> _Running:
        # Changes are told by the definition's row: what has none nobody follows.
        changes = join([] if built_in else self._to[CHANGES])
        told = Told(join(self._to[DELETIONS]), changes, self._tell, self._numbers)
        if is_route(kind):
            feed: KindFeed[Any] = RouteFeed(name, kind, told, join(self._to[ROUTES]))
            watcher = self._make(replace(kind, model=Route), feed)
        else:
            feed = KindFeed(name, kind, told)
            watcher = self._make(replace(kind, metadata_only=True), feed)
        running = self._in_turn(watcher, feed) if built_in else watcher.run()
        task = group.create_task(running, name=f"metadata/{name}")
        return _Running(kind, watcher, feed, built_in, task)

    async def _in_turn(self, watcher: Watcher, feed: KindFeed[Any]) -> None:
        async with asyncio.TaskGroup() as group, self._turns:
            group.create_task(watcher.run())
            with suppress(TimeoutError):
                async with asyncio.timeout(_START_SECONDS):
                    await feed.known.wait()

    def _tell(self) -> None:
        state, message = self._state
        if state is FeedState.LIVE:
            running = self._running.values()
            starts = self._due.is_set() or any(r.feed.starts for r in running if not r.built_in)
            # A kind that is new later is no return to the beginning.
            self._complete = self._complete or not starts
            state = FeedState.LIVE if self._complete else FeedState.CONNECTING
            message = self._unseen([r.feed for r in running])
        join(self._to[DELETIONS]).state(state, message)
        for what in (CHANGES, ROUTES):
            join(self._to[what]).state(*self._state)

    def _unseen(self, feeds: Sequence[KindFeed[Any]]) -> str:
        """What is not known of this cluster, in words; empty when everything is. Without names:
        who may see no definitions reads it too, and which one fails its own row tells."""
        parts = []
        if self._over:
            parts.append(f"of {self._over} custom kinds beyond the oldest {self._most}")
        failed = sum(bool(feed.failure) for feed in feeds)
        if failed:
            several = "s" if failed > 1 else ""
            parts.append(f"of {failed} kind{several} that cannot be watched")
        if self._undiscovered:
            parts.append("of kinds that the API server does not list to the console")
        return f"Held deletions are not known {' and '.join(parts)}" if parts else ""


def _age(item: tuple[str, CustomResourceDefinition]) -> tuple[float, str]:
    born = item[1].metadata.creation_timestamp
    return (born.timestamp() if born is not None else 0.0, item[0])
