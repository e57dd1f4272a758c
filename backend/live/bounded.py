"""A feed whose memory is bounded."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Generic, TypeVar

from integrations.broadcast import close_feed
from integrations.contract import Feed, FeedState

__all__ = ["BoundedFeed"]

T = TypeVar("T")


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

    def state(self, state: FeedState, message: str = "") -> None:
        """Pass on."""
        self._feed.state(state, message)

    def close(self) -> None:
        """The connection was removed."""
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
