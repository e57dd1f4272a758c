"""Feeds made of feeds: bounded memory, relists reduced to differences, work put off."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from integrations.broadcast import close_feed
from integrations.contract import Feed, State

__all__ = ["BoundedFeed", "ChangeListener", "DiffFeed", "WorkQueue"]

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class BoundedFeed(Generic[T]):
    """Passes on only the `limit` newest objects by `when` (Unix seconds); older ones are
    deleted downstream as newer ones come. O(log n) a change."""

    def __init__(self, feed: Feed[T], limit: int, when: Callable[[T], float]) -> None:
        self._feed = feed
        self._limit = limit
        self._when = when
        self._times: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._seen: set[str] | None = None

    def put(self, key: str, value: T) -> None:
        """Keep the object if it is among the newest."""
        moment = self._when(value)
        if self._seen is not None:
            self._seen.add(key)
        self._times[key] = moment
        heapq.heappush(self._heap, (moment, key))
        self._feed.put(key, value)
        self._evict()

    def delete(self, key: str) -> None:
        """Forget the object."""
        if self._times.pop(key, None) is not None:
            self._feed.delete(key)

    def begin(self) -> None:
        """A full listing starts."""
        self._seen = set()
        self._feed.begin()

    def commit(self) -> None:
        """The listing is complete."""
        seen, self._seen = self._seen or set(), None
        self._times = {key: t for key, t in self._times.items() if key in seen}
        self._rebuild()
        self._feed.commit()

    def state(self, state: State, message: str = "") -> None:
        """Pass on."""
        self._feed.state(state, message)

    def close(self) -> None:
        """The connection is gone for good."""
        self._times.clear()
        self._heap.clear()
        close_feed(self._feed)

    def _evict(self) -> None:
        while len(self._times) > self._limit:
            moment, key = heapq.heappop(self._heap)
            if self._times.get(key) == moment:
                del self._times[key]
                if self._seen is not None:
                    self._seen.discard(key)
                self._feed.delete(key)
        if len(self._heap) > 2 * self._limit + 64:
            self._rebuild()

    def _rebuild(self) -> None:
        self._heap = [(moment, key) for key, moment in self._times.items()]
        heapq.heapify(self._heap)


class ChangeListener(Protocol[T_contra]):
    """Hears of single changes; listings are already reduced to them."""

    def changed(self, key: str, value: T_contra) -> None:
        """The object is new or different."""

    def gone(self, key: str) -> None:
        """The object is no more."""

    def freshness(self, state: State, message: str) -> None:
        """How true what was heard is."""

    def closed(self) -> None:
        """Nothing more will be heard; every object was already told gone."""


class DiffFeed(Generic[T]):
    """A feed that tells a `ChangeListener` single changes: a relist becomes the differences.

    Holds the keys only. Derived rows (a machine's pods) hang on this.
    """

    def __init__(self, listener: ChangeListener[T]) -> None:
        self._listener = listener
        self._keys: set[str] = set()
        self._seen: set[str] | None = None

    def put(self, key: str, value: T) -> None:
        """Tell."""
        self._keys.add(key)
        if self._seen is not None:
            self._seen.add(key)
        self._listener.changed(key, value)

    def delete(self, key: str) -> None:
        """Tell, once."""
        if key in self._keys:
            self._keys.discard(key)
            self._listener.gone(key)

    def begin(self) -> None:
        """A full listing starts."""
        self._seen = set()

    def commit(self) -> None:
        """The listing is complete: tell what was not in it."""
        if self._seen is None:
            return
        missing = self._keys - self._seen
        self._seen = None
        for key in missing:
            self.delete(key)

    def state(self, state: State, message: str = "") -> None:
        """Tell."""
        self._listener.freshness(state, message)

    def close(self) -> None:
        """The connection is gone for good."""
        for key in list(self._keys):
            self.delete(key)
        self._listener.closed()


class WorkQueue:
    """Keys whose derived row must be made again: each once, soon, in slices.

    A burst of a thousand pods on one machine makes one row. Without a running loop it is
    made at once.
    """

    def __init__(self, make: Callable[[str], None], *, slice_: int = 256) -> None:
        self._make = make
        self._slice = slice_
        self._keys: dict[str, None] = {}
        self._scheduled = False

    def mark(self, key: str) -> None:
        """The row under `key` must be made again."""
        self._keys[key] = None
        if self._scheduled:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            self._scheduled = True
            loop.call_soon(self._some)

    def flush(self) -> None:
        """Make all of them now."""
        while self._keys:
            self._make(self._keys.popitem()[0])

    def _some(self) -> None:
        self._scheduled = False
        for key in list(self._keys)[: self._slice]:
            del self._keys[key]
            self._make(key)
        if self._keys:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._some)
