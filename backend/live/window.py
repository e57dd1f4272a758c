"""What one stretch of a view shows, and the frames that tell its changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from backend.live.page import FacetCount
from integrations.contract import Freshness

__all__ = ["Listener", "Shown", "Window"]

_encode = msgspec.json.Encoder().encode


class Listener(Protocol):
    """Somebody who is shown a window."""

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
        """Nobody looks any more."""

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
        """Take the content now as published, telling nobody (a window just built)."""
        self._shown = self.current()
        self._snapshot = None

    def snapshot(self) -> str:
        """The members of a snapshot frame after ``seq``."""
        if self._snapshot is None:
            shown = self._shown
            self._snapshot = _members(
                offset=self.offset,
                rows=list(shown.rows.values()),
                total=shown.total,
                total_exact=shown.total_exact,
                facets=shown.facets,
                freshness=shown.freshness,
            )
        return self._snapshot

    def publish(self) -> bool:
        """Tell the listeners what changed since the last time; False when nothing did."""
        before, now = self._shown, self.current()
        members = _difference(before, now)
        if not members:
            return False
        self._shown = now
        self._snapshot = None
        members.setdefault("upsert", [])
        members.setdefault("remove", [])
        body = _members(**members)
        for listener in tuple(self._listeners):
            listener.changed(body)
        return True


def _difference(before: Shown, now: Shown) -> dict[str, Any]:
    members: dict[str, Any] = {}
    old, new = before.rows, now.rows
    upsert = [row for key, row in new.items() if (held := old.get(key)) is not row and held != row]
    if upsert:
        members["upsert"] = upsert
    if old.keys() != new.keys():
        members["remove"] = [key for key in old if key not in new]
        members["order"] = list(new)
    elif list(old) != list(new):
        members["order"] = list(new)
    if (before.total, before.total_exact) != (now.total, now.total_exact):
        members["total"] = now.total
        members["total_exact"] = now.total_exact
    if before.facets != now.facets:
        members["facets"] = now.facets
    if before.freshness != now.freshness:
        members["freshness"] = now.freshness
    return members


def _members(**members: Any) -> str:
    return _encode(members).decode()[1:]
