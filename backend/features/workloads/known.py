"""A feed that also tells when all objects of its kind are known: before, one that is named and not
there may only not have been read."""

from __future__ import annotations

from typing import Generic, TypeVar

from backend.live.feed import MemoryFeed
from backend.live.row import Row
from backend.live.table import Table
from integrations.contract import FeedState

__all__ = ["Known", "KnownFeed"]

T = TypeVar("T")


class Known(Row, frozen=True):
    """Under a cluster's name: all its objects of a kind are known."""


class KnownFeed(Generic[T]):
    """`feed`, which keeps a row under `name` in `known` as long as it is live."""

    def __init__(self, feed: MemoryFeed[T], known: Table[Known], name: str) -> None:
        self._feed = feed
        self._known = known
        self._name = name

    def put(self, key: str, value: T) -> None:
        """An object there is."""
        self._feed.put(key, value)

    def delete(self, key: str) -> None:
        """One that is gone."""
        self._feed.delete(key)

    def begin(self) -> None:
        """All are listed."""
        self._feed.begin()

    def commit(self) -> None:
        """What was not listed is gone."""
        self._feed.commit()

    def state(self, state: FeedState, message: str = "") -> None:
        """Known is only what is told now."""
        self._feed.state(state, message)
        if state is FeedState.LIVE:
            self._known.put(Known(self._name))
        else:
            self._known.remove(self._name)

    def close(self) -> None:
        """The connection is gone."""
        self._known.remove(self._name)
        self._feed.close()
