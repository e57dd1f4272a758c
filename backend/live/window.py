"""What one stretch of a view shows, and the frames that tell its changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Protocol

from backend.live.answers import FacetCount
from backend.live.frames import DeltaBody, SnapshotBody, encode_body
from integrations.contract import Freshness

__all__ = ["Listener", "Shown", "Window"]


class Listener(Protocol):
    """A subscriber to a window."""

    def changed(self, body: str) -> None:
        """The members of a delta frame after ``seq``, as JSON text without the brace."""


@dataclass(slots=True)
class Shown:
    """The content of a window: rows by key in order, and what is true of the whole view."""

    rows: dict[str, Any] = field(default_factory=dict)
    total: int = 0
    total_exact: bool = True
    facets: dict[str, list[FacetCount]] = field(default_factory=dict)
    freshness: list[Freshness] = field(default_factory=list)


class Window(ABC):
    """Rows `offset` to `offset + limit` of a view, shared by all who look at just these.

    A frame's body is encoded once, however many listeners there are. A snapshot tells what
    was last published, so that the next delta continues it.
    """

    def __init__(self, offset: int, limit: int) -> None:
        self.offset = offset
        self.limit = limit
        self._listeners: set[Listener] = set()
        self._shown = Shown()
        self._snapshot: str | None = None

    @abstractmethod
    def current(self) -> Shown:
        """The content now."""

    @abstractmethod
    def idle(self) -> None:
        """The last subscriber left."""

    @property
    def watched(self) -> bool:
        """Whether anybody looks."""
        return bool(self._listeners)

    def join(self, listener: Listener) -> None:
        """Tell `listener` every change from now on."""
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """Stop telling; the last one to leave frees the window."""
        self._listeners.discard(listener)
        if not self._listeners:
            self.idle()

    def shown(self) -> Shown:
        """What was last published."""
        return self._shown

    def reset(self) -> None:
        """Take the content now as published, without notifying (a window just built)."""
        self._shown = self.current()
        self._snapshot = None

    def snapshot(self) -> str:
        """The members of a snapshot frame after ``seq``."""
        if self._snapshot is None:
            shown = self._shown
            self._snapshot = encode_body(
                SnapshotBody(
                    offset=self.offset,
                    rows=list(shown.rows.values()),
                    total=shown.total,
                    total_exact=shown.total_exact,
                    facets=shown.facets,
                    freshness=shown.freshness,
                )
            )
        return self._snapshot

    def publish(self) -> bool:
        """Tell the listeners what changed since the last time; False when nothing did."""
        before, now = self._shown, self.current()
        changed = _difference(before, now)
        if changed.empty:
            return False
        self._shown = now
        self._snapshot = None
        body = encode_body(changed)
        for listener in tuple(self._listeners):
            listener.changed(body)
        return True


def _difference(before: Shown, now: Shown) -> DeltaBody:
    old, new = before.rows, now.rows
    upsert = [row for key, row in new.items() if (held := old.get(key)) is not row and held != row]
    delta = DeltaBody(upsert=upsert, remove=[])
    if old.keys() != new.keys():
        delta.remove = [key for key in old if key not in new]
        delta.order = list(new)
    elif list(old) != list(new):
        delta.order = list(new)
    if (before.total, before.total_exact) != (now.total, now.total_exact):
        delta.total, delta.total_exact = now.total, now.total_exact
    if before.facets != now.facets:
        delta.facets = now.facets
    if before.freshness != now.freshness:
        delta.freshness = now.freshness
    return delta
