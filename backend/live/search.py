"""The palette: objects of every collection by their name."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Sequence
from typing import Any, Final

from auth.principal import Principal
from backend.errors import Problem
from backend.live.answers import Hit, SearchAnswer
from backend.live.fold import fold
from backend.live.guard import Guard, guard_of
from backend.live.ranking import label_rank
from backend.live.registry import Registry
from backend.live.source import Source

__all__ = ["search"]

BUDGET: Final = 0.15
"""Seconds all collections together may take; what was found by then is told, and `partial`
says so."""

MAX_WORDS: Final = 8

Found = tuple[list[Hit], bool]
"""Hits, and whether they are all (of a source) or some are missing (of all)."""


async def search(registry: Registry, principal: Principal, text: str, limit: int) -> SearchAnswer:
    """The best `limit` visible objects for `text`. All collections are asked at once; one
    that does not answer in time, or cannot, is left out.

    Every word must occur in the label, in `where` or in a searched column.
    """
    words = tuple(fold(text).split())[:MAX_WORDS]
    asked = [
        (source, guard)
        for source in (registry if words else ())
        if (guard := guard_of(principal, source.collection)).scopes
    ]
    deadline = time.monotonic() + BUDGET
    tasks = [
        asyncio.ensure_future(_hits(source, words, guard, limit, deadline))
        for source, guard in asked
    ]
    hits, partial = await _gathered(tasks)
    return SearchAnswer(heapq.nsmallest(limit, hits, key=_order), partial)


async def _gathered(tasks: Sequence[asyncio.Future[Found]]) -> Found:
    """All hits there are when the time is over, and whether some are missing."""
    if not tasks:
        return [], False
    try:
        done, late = await asyncio.wait(tasks, timeout=BUDGET)
    finally:
        for task in tasks:
            task.cancel()
    hits: list[Hit] = []
    partial = bool(late)
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        try:
            found, complete = task.result()
        except Problem:
            partial = True
        else:
            hits += found
            partial = partial or not complete
    return hits, partial


async def _hits(
    source: Source, words: tuple[str, ...], guard: Guard, limit: int, deadline: float
) -> Found:
    found, complete = await source.find(words, guard, limit, deadline)
    return [_hit(source, row, words) for row in found], complete


def _order(hit: Hit) -> tuple[int, int, str, str, str]:
    return hit.rank, len(hit.label), hit.label, hit.collection, hit.key


def _hit(source: Source, row: Any, words: tuple[str, ...]) -> Hit:
    collection = source.collection
    label = str(getattr(row, collection.label))
    where = [str(value) for name in collection.where if (value := getattr(row, name))]
    rank = label_rank(label, words)
    return Hit(collection.name, collection.kind, collection.title, row.key, label, where, rank)
