"""The collections that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol, runtime_checkable

from auth.principal import Principal
from auth.role import Verb
from backend.live.answers import CollectionsAnswer
from backend.live.collection import Collection
from backend.live.column import OPERATORS
from backend.live.errors import DeclarationError, NoSuchCollection, NoSuchTeam
from backend.live.guard import Guard, Reviewer, guard_of
from backend.live.source import Source

__all__ = ["Registry"]


@runtime_checkable
class Joining(Protocol):
    """A source that looks for its inputs among the others."""

    def added(self, registry: Registry) -> None:
        """It exists now, in `registry`."""


class Narrower(Protocol):
    """Knows what teams own."""

    async def narrowed(self, caller: Principal, team: str) -> Principal:
        """`caller`, looking at what `team` owns. Raises `NoSuchTeam` for one that is missing or
        that they may not see, `Unavailable` when that cannot be told."""


class Registry:
    """Collections and their sources, by name. Filled while the program starts."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}
        self._listeners: list[Callable[[Source], None]] = []
        self.reviewer: Reviewer | None = None
        self.narrower: Narrower | None = None

    def add(self, collection: Collection, source: Source) -> None:
        """Make the collection exist. Raises `DeclarationError` for a taken name."""
        if collection.name in self._sources:
            raise DeclarationError(f"collection {collection.name!r} is declared twice")
        if source.collection is not collection:
            raise DeclarationError(f"the source of {collection.name!r} is another collection's")
        self._sources[collection.name] = source
        if isinstance(source, Joining):
            source.added(self)
        for listener in tuple(self._listeners):
            listener(source)

    def on_add(self, listener: Callable[[Source], None]) -> Callable[[], None]:
        """Call `listener` with every source added from now on; the answer ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def when(self, name: str, callback: Callable[[Source], None]) -> None:
        """Call `callback` with the source of a collection, as soon as it exists."""
        if name in self._sources:
            callback(self._sources[name])
            return

        def added(source: Source) -> None:
            if source.name == name:
                stop()
                callback(source)

        stop = self.on_add(added)

    def get(self, name: str) -> Source:
        """The source of a collection; raises `NoSuchCollection` (404)."""
        source = self._sources.get(name)
        if source is None:
            raise NoSuchCollection(name)
        return source

    async def guard(
        self, caller: Principal, collection: Collection, verb: Verb = Verb.LIST
    ) -> Guard:
        """What `caller` may see of the rows of `collection`, asked for `verb`: by the console's
        rights, and by those of the systems that decide too."""
        guard = guard_of(caller, collection, verb)
        if self.reviewer is None or collection.reviewed is None or not guard.scopes:
            return guard
        limits = await self.reviewer.limits(caller, guard, collection.reviewed)
        return replace(guard, limits=limits) if limits else guard

    async def narrowed(self, caller: Principal, team: str) -> Principal:
        """`caller` as they look at what `team` owns; at everything when it is empty. Raises what
        `Narrower.narrowed` does."""
        if not team:
            return caller
        if self.narrower is None:
            raise NoSuchTeam(team)
        return await self.narrower.narrowed(caller, team)

    def __contains__(self, name: object) -> bool:
        """Whether there is a collection of that name."""
        return name in self._sources

    def __iter__(self) -> Iterator[Source]:
        return iter(list(self._sources.values()))

    def describe(self, principal: Principal) -> CollectionsAnswer:
        """What exists for `principal`: collections of which some row could be visible."""
        policy = principal.policy
        return CollectionsAnswer(
            tuple(
                source.collection.describe(guard_of(principal, source.collection).withheld)
                for source in self
                if policy.allows_somewhere(source.collection.kind, Verb.LIST)
            ),
            {kind.value: operators for kind, operators in OPERATORS.items()},
        )
