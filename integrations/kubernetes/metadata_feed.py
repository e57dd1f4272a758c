"""One kind's metadata → what leaves, and that something changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, Protocol, TypeVar

import msgspec

from integrations.contract import Feed, FeedState
from integrations.kubernetes.kinds import ResourceKind
from integrations.kubernetes.models.meta import Meta

__all__ = ["CustomChanges", "DeletedObject", "KindFeed", "Told"]


class DeletedObject(msgspec.Struct, frozen=True):
    """The metadata of an object of a kind without rows."""

    kind: ResourceKind
    metadata: Meta


class CustomChanges(msgspec.Struct, frozen=True):
    """`revision` is another number after every change of an object that `definition` adds, as long
    as `live`: else nothing tells of changes, because of `reason`."""

    definition: str
    revision: int
    live: bool
    reason: str = ""


class Told(NamedTuple):
    """Who is told. `state` is called when the state of a watch is another; `numbers` are the
    revisions."""

    deletions: Feed[DeletedObject]
    changes: Feed[CustomChanges]
    state: Callable[[], None]
    numbers: Iterator[int]


class _Named(Protocol):
    @property
    def metadata(self) -> Meta: ...


N = TypeVar("N", bound=_Named)


class KindFeed(Generic[N]):
    """What the watch of one kind tells."""

    def __init__(self, definition: str, kind: ResourceKind, told: Told) -> None:
        self.definition = definition
        self._kind = kind
        self._deletions = told.deletions
        self._changes = told.changes
        self._numbers = told.numbers
        self._told = told.state
        self._leaving: set[str] = set()
        self._listed: set[str] | None = None
        self._state = (FeedState.CONNECTING, "")
        self.known = asyncio.Event()
        """Set when something is known of the kind, be it that it cannot be watched."""

    @property
    def starts(self) -> bool:
        """Whether nothing is known yet, for no reason but that it takes a moment."""
        return self._state == (FeedState.CONNECTING, "")

    @property
    def failure(self) -> str:
        """Why the kind cannot be watched; empty when it is, or is about to be."""
        state, message = self._state
        return "" if state is FeedState.LIVE else message

    def put(self, key: str, value: N) -> None:
        """An object there is."""
        meta, full = value.metadata, f"{self.definition}/{key}"
        if meta.deletion_timestamp is not None:
            self._leaving.add(full)
            self._deletions.put(full, DeletedObject(self._kind, meta))
            if self._listed is not None:
                self._listed.add(full)
        else:
            self._gone(full)
        self._changed()

    def delete(self, key: str) -> None:
        """An object that is gone."""
        self._gone(f"{self.definition}/{key}")
        self._changed()

    def begin(self) -> None:
        """All are listed: what that changes is told at its end."""
        self._listed = set()

    def commit(self) -> None:
        """What was not listed is gone."""
        for full in self._leaving - (self._listed or set()):
            self._gone(full)
        self._listed = None
        self._changed()

    def state(self, state: FeedState, message: str = "") -> None:
        """How the watch is."""
        if self._state == (state, message):
            return
        self._state = (state, message)
        if not self.starts:
            self.known.set()
        # Behind a gap anything may have changed.
        self._changed()
        self._told()

    def close(self) -> None:
        """The kind is no more, or is no longer watched."""
        for full in list(self._leaving):
            self._gone(full)
        self._changes.delete(self.definition)

    def _gone(self, full: str) -> None:
        if full in self._leaving:
            self._leaving.discard(full)
            self._deletions.delete(full)

    def _changed(self) -> None:
        if self._listed is not None:
            return
        live = self._state[0] is FeedState.LIVE
        number = next(self._numbers)
        self._changes.put(
            self.definition, CustomChanges(self.definition, number, live, self.failure)
        )
