"""Join the feeds several features want from one connection: one watch, several readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from integrations.contract import Feed, State

__all__ = ["Tee", "close", "join"]


class Tee:
    """A feed that passes everything on to several."""

    def __init__(self, feeds: tuple[Feed[Any], ...]) -> None:
        self._feeds = feeds

    def put(self, key: str, value: Any) -> None:
        """Pass on."""
        for feed in self._feeds:
            feed.put(key, value)

    def delete(self, key: str) -> None:
        """Pass on."""
        for feed in self._feeds:
            feed.delete(key)

    def begin(self) -> None:
        """Pass on."""
        for feed in self._feeds:
            feed.begin()

    def commit(self) -> None:
        """Pass on."""
        for feed in self._feeds:
            feed.commit()

    def state(self, state: State, message: str = "") -> None:
        """Pass on."""
        for feed in self._feeds:
            feed.state(state, message)

    def close(self) -> None:
        """Close those that can be closed."""
        close(dict(enumerate(self._feeds)))


def close(feeds: Mapping[Any, Feed[Any]]) -> None:
    """The connection is gone for good: rows and freshness of its feeds go with it."""
    for feed in feeds.values():
        end = getattr(feed, "close", None)
        if end is not None:
            end()


def join(wanted: Iterable[Mapping[str, Feed[Any]]]) -> dict[str, Feed[Any]]:
    """One feed per kind, out of what each feature wants."""
    by_kind: dict[str, list[Feed[Any]]] = {}
    for feeds in wanted:
        for kind, feed in feeds.items():
            by_kind.setdefault(kind, []).append(feed)
    return {
        kind: feeds[0] if len(feeds) == 1 else Tee(tuple(feeds)) for kind, feeds in by_kind.items()
    }
