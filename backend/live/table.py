"""Rows that are only there for others to be derived from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from auth.scope import Scope
from backend.live.feed import MemoryFeed
from backend.live.guard import Guard
from backend.live.row import Row
from integrations.contract import FeedState, Freshness

__all__ = ["Change", "Table", "Watched"]

T = TypeVar("T")
R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)

Change = tuple[str, R | None, R | None]
"""Key, the row before (None: it is new), the row after (None: it is gone)."""


class Watched(Protocol[R_co]):
    """Rows by key whose changes are told."""

    @property
    def name(self) -> str:
        """What they are, in the log and the metrics."""

    def get(self, key: str) -> R_co | None:
        """The row under `key` without regard to rights: for joins, not for answers to callers."""

    def on_change(
        self, callback: Callable[[Sequence[tuple[str, R_co | None, R_co | None]]], None]
    ) -> Callable[[], None]:
        """Tell every row there is as new, and every change from then on; the answer ends it."""

    def on_freshness(self, callback: Callable[[], None]) -> None:
        """Tell when the state of an origin changes."""

    def freshness(self, guard: Guard) -> list[Freshness]:
        """The state of each origin that the guard lets be named."""

    def states(self) -> Counter[FeedState]:
        """How many origins are in each state."""


class Table(Generic[R]):
    """Rows by key, fed by watchers; every change is told at once. Nobody is shown it: that is
    what a collection is for. `name` is for the log and the metrics."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows: dict[str, R] = {}
        self._feeds: list[MemoryFeed[Any]] = []
        self._callbacks: tuple[Callable[[Sequence[Change[R]]], None], ...] = ()
        self._on_freshness: list[Callable[[], None]] = []

    @property
    def name(self) -> str:
        """What its rows are."""
        return self._name

    def feed(
        self, name: str, project: Callable[[T], R | None], *, within: Scope = ()
    ) -> MemoryFeed[T]:
        """A feed for one origin, e.g. ``kubernetes/local/pods``; see `MemoryFeed`."""
        feed = MemoryFeed(self, name, project, within)
        self._feeds.append(feed)
        self.freshness_changed()
        return feed

    def drop(self, feed: MemoryFeed[Any]) -> None:
        """Forget a feed; `MemoryFeed.close` calls it."""
        if feed in self._feeds:
            self._feeds.remove(feed)
            self.freshness_changed()

    def put(self, row: R) -> None:
        """Insert or replace a row; an equal one changes nothing."""
        old = self._rows.get(row.key)
        if old is None or old != row:
            self._rows[row.key] = row
            self._notify(row.key, old, row)

    def remove(self, key: str) -> None:
        """Remove a row; unknown keys are ignored."""
        old = self._rows.pop(key, None)
        if old is not None:
            self._notify(key, old, None)

    def get(self, key: str) -> R | None:
        """The row under `key`."""
        return self._rows.get(key)

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)

    def on_change(self, callback: Callable[[Sequence[Change[R]]], None]) -> Callable[[], None]:
        """Tell every row there is as new, and every change from then on; the answer ends it."""
        if self._rows:
            callback([(key, None, row) for key, row in self._rows.items()])
        self._callbacks += (callback,)
        return lambda: self._unsubscribe(callback)

    def on_freshness(self, callback: Callable[[], None]) -> None:
        """Tell when the state of a feed changes."""
        self._on_freshness.append(callback)

    def freshness_changed(self) -> None:
        """A feed's state changed."""
        for callback in self._on_freshness:
            callback()

    def freshness(self, guard: Guard) -> list[Freshness]:
        """The state of each feed that the guard lets be named."""
        return [feed.freshness for feed in self._feeds if guard.overlaps(feed.within)]

    def states(self) -> Counter[FeedState]:
        """How many feeds are in each state."""
        return Counter(feed.freshness.state for feed in self._feeds)

    def _unsubscribe(self, callback: Callable[[Sequence[Change[R]]], None]) -> None:
        self._callbacks = tuple(known for known in self._callbacks if known != callback)

    def _notify(self, key: str, old: R | None, new: R | None) -> None:
        for callback in self._callbacks:
            callback(((key, old, new),))
