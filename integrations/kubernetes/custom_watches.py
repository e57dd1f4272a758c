"""What happens to objects of custom kinds, by watches of their metadata alone.

Every definition adds a kind, and a cluster may have hundreds. The oldest of them, as many as
the connection's limit says, are watched for good, for what leaves and does not go; of further
ones those somebody looks at (`follow`), for as long as they do. Nothing is kept but the names of
what is being deleted.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from integrations.broadcast import join
from integrations.contract import Feed, FeedState, IntegrationError
from integrations.kubernetes.client import custom_kind
from integrations.kubernetes.custom_feed import KindFeed, Told
from integrations.kubernetes.kinds import ResourceKind
from integrations.kubernetes.models.core import CustomResourceDefinition
from integrations.kubernetes.models.meta import find_condition
from integrations.kubernetes.watch import Watcher

__all__ = [
    "CHANGES",
    "DELETIONS",
    "FOLLOW_SECONDS",
    "MOST_FOLLOWED",
    "CustomWatches",
]

DELETIONS: Final = "custom-deletions"
"""Feeds `CustomObject`: the objects of custom kinds that were told to go."""
CHANGES: Final = "custom-changes"
"""Feeds `CustomChanges` by definition: that something of the kind changed."""
MOST_FOLLOWED: Final = 16
FOLLOW_SECONDS: Final = 75.0
"""A page asks for what it follows every thirty seconds."""

Make = Callable[[ResourceKind, Feed[Any]], Watcher]


@dataclass(slots=True)
class _Running:
    kind: ResourceKind
    watcher: Watcher
    feed: KindFeed
    task: asyncio.Task[None]


class CustomWatches:
    """A feed of definitions; `run` keeps the watches of the kinds they add: `most` of them for
    good."""

    def __init__(
        self, make: Make, most: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = make
        self._most = most
        self._clock = clock
        self._to: dict[str, list[Feed[Any]]] = {DELETIONS: [], CHANGES: []}
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
        """Tell `feed` of `DELETIONS` or `CHANGES`; before `run`."""
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
        self._definitions.pop(key, None)
        self._due.set()

    def begin(self) -> None:
        """All definitions are listed again."""
        self._listed = set()

    def commit(self) -> None:
        """Those that were not listed are gone."""
        if self._listed is not None:
            for key in self._definitions.keys() - self._listed:
                del self._definitions[key]
        self._listed = None
        self._due.set()

    def state(self, state: FeedState, message: str = "") -> None:
        """Without the definitions nothing is known of what they add."""
        self._state = (state, message)
        self._tell()

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._until_due()
                self._due.clear()
                self._reconcile(group)
                self._tell()

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
        wanted = self._wanted_kinds()
        for name, running in list(self._running.items()):
            if wanted.get(name) != running.kind:
                running.task.cancel()
                running.feed.close()
                del self._running[name]
        for name, kind in wanted.items():
            if name not in self._running:
                self._running[name] = self._start(group, name, kind)

    def _wanted_kinds(self) -> dict[str, ResourceKind]:
        kinds = self._kinds()
        self._over = max(0, len(kinds) - self._most)
        looked_at = [name for name in reversed(self._followed) if name in kinds]
        names = list(kinds)[: self._most]
        names += [name for name in looked_at if name not in names][:MOST_FOLLOWED]
        return {name: kinds[name] for name in names}

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

    def _start(self, group: asyncio.TaskGroup, name: str, kind: ResourceKind) -> _Running:
        told = Told(join(self._to[DELETIONS]), join(self._to[CHANGES]), self._tell, self._numbers)
        feed = KindFeed(name, kind, told)
        watcher = self._make(replace(kind, metadata_only=True), feed)
        task = group.create_task(watcher.run(), name=f"custom/{name}")
        return _Running(kind, watcher, feed, task)

    def _tell(self) -> None:
        state, message = self._state
        if state is FeedState.LIVE:
            feeds = [running.feed for running in self._running.values()]
            starts = self._due.is_set() or any(feed.starts for feed in feeds)
            # A kind that is new later is no return to the beginning.
            self._complete = self._complete or not starts
            state = FeedState.LIVE if self._complete else FeedState.CONNECTING
            message = self._unseen(feeds)
        join(self._to[DELETIONS]).state(state, message)
        join(self._to[CHANGES]).state(self._state[0], self._state[1])

    def _unseen(self, feeds: list[KindFeed]) -> str:
        """What is not known of this cluster, in words; empty when everything is. Without names:
        who may see no definitions reads it too, and which one fails its own row tells."""
        parts = []
        if self._over:
            parts.append(f"of {self._over} custom kinds beyond the oldest {self._most}")
        failed = sum(bool(feed.failure) for feed in feeds)
        if failed:
            several = "s" if failed > 1 else ""
            parts.append(f"of {failed} custom kind{several} that cannot be watched")
        return f"Held deletions are not known {' and '.join(parts)}" if parts else ""


def _age(item: tuple[str, CustomResourceDefinition]) -> tuple[float, str]:
    born = item[1].metadata.creation_timestamp
    return (born.timestamp() if born is not None else 0.0, item[0])
