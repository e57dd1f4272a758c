"""The palette: objects of every collection by their name."""

from __future__ import annotations

import heapq
import time
from typing import Any, Final

import msgspec

from auth.principal import Principal
from backend.live.fold import fold
from backend.live.guard import guard_of
from backend.live.ranking import label_rank
from backend.live.registry import Registry
from backend.live.source import Source

__all__ = ["Hit", "search"]

BUDGET: Final = 0.05
"""Seconds a collection may take; what was found by then is told, and `partial` says so."""

MAX_WORDS: Final = 8


class Hit(msgspec.Struct, frozen=True):
    """A found object. `rank`: 0 the name itself, 1 its beginning, 2 the beginning of a word
    in it, 3 somewhere in it, 4 only in other searched columns."""

    collection: str
    kind: str
    title: str
    key: str
    label: str
    where: list[str]
    rank: int


async def search(registry: Registry, principal: Principal, text: str, limit: int) -> dict[str, Any]:
    """``{"results": [Hit…], "partial": bool}``: the best `limit` visible objects for `text`.

    Every word must occur in the label, in `where` or in a searched column.
    """
    words = tuple(fold(text).split())[:MAX_WORDS]
    hits: list[Hit] = []
    partial = False
    for source in registry if words else ():
        guard = guard_of(principal, source.collection)
        if not guard.scopes:
            continue
        found, complete = await source.find(words, guard, limit, time.monotonic() + BUDGET)
        partial = partial or not complete
        hits += [_hit(source, row, words) for row in found]
    best = heapq.nsmallest(limit, hits, key=_order)
    return {"results": best, "partial": partial}


def _order(hit: Hit) -> tuple[int, int, str, str, str]:
    return hit.rank, len(hit.label), hit.label, hit.collection, hit.key


def _hit(source: Source, row: Any, words: tuple[str, ...]) -> Hit:
    collection = source.collection
    label = str(getattr(row, collection.label))
    where = [str(value) for name in collection.where if (value := getattr(row, name))]
    rank = label_rank(label, words)
    return Hit(collection.name, collection.kind, collection.title, row.key, label, where, rank)
