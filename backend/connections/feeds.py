"""Join the feeds several features want from one connection: one watch, several readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from integrations import broadcast
from integrations.contract import Feed

__all__ = ["FeedFactory", "close", "join"]

FeedFactory = Callable[[Any], Mapping[str, Feed[Any]]]
"""Settings of a connection (its ``name`` among them) → feeds by kind of thing,
e.g. ``{"pods": …}``. Called before the connection runs."""


def close(feeds: Mapping[str, Feed[Any]]) -> None:
    """The connection was removed: remove the rows and freshness of its feeds."""
    for feed in feeds.values():
        broadcast.close_feed(feed)


def join(wanted: Iterable[Mapping[str, Feed[Any]]]) -> dict[str, Feed[Any]]:
    """One feed per kind, out of what each feature wants."""
    by_kind: dict[str, list[Feed[Any]]] = {}
    for feeds in wanted:
        for kind, feed in feeds.items():
            by_kind.setdefault(kind, []).append(feed)
    return {kind: broadcast.join(feeds) for kind, feeds in by_kind.items()}
