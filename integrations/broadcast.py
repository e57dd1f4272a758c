"""One feed for several readers: one watch upstream, however many want its rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar, runtime_checkable

from integrations.contract import Feed, FeedState

__all__ = ["Broadcast", "Closable", "close_feed", "join"]

T = TypeVar("T")


@runtime_checkable
class Closable(Protocol):
    """A feed that can be closed when its connection is removed."""

    def close(self) -> None:
        """Take every row away."""


def close_feed(feed: Feed[T]) -> None:
    """Tell `feed` that its connection is gone, if it wants to know."""
    if isinstance(feed, Closable):
        feed.close()


class Broadcast(Generic[T]):
    """A feed that passes everything on to several; nested ones are flattened."""

    def __init__(self, feeds: Iterable[Feed[T]]) -> None:
        flat: list[Feed[T]] = []
        for feed in feeds:
            flat += feed.feeds if isinstance(feed, Broadcast) else (feed,)
        self.feeds: tuple[Feed[T], ...] = tuple(flat)

    def put(self, key: str, value: T) -> None:
        """Pass on."""
        for feed in self.feeds:
            feed.put(key, value)

    def delete(self, key: str) -> None:
        """Pass on."""
        for feed in self.feeds:
            feed.delete(key)

    def begin(self) -> None:
        """Pass on."""
        for feed in self.feeds:
            feed.begin()

    def commit(self) -> None:
        """Pass on."""
        for feed in self.feeds:
            feed.commit()

    def state(self, state: FeedState, message: str = "") -> None:
        """Pass on."""
        for feed in self.feeds:
            feed.state(state, message)

    def close(self) -> None:
        """Close those that can be closed."""
        for feed in self.feeds:
            close_feed(feed)


def join(feeds: Iterable[Feed[T]]) -> Feed[T]:
    """The only one of `feeds` itself, else a `Broadcast` to all of them."""
    several = tuple(feeds)
    return several[0] if len(several) == 1 else Broadcast(several)
