"""The palette: objects of every collection by their name."""

from __future__ import annotations

import asyncio
import functools
import heapq
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

import structlog

from auth.principal import Principal
from backend.errors import Problem
from backend.live.answers import Hit, SearchAnswer
from backend.live.collection import Collection
from backend.live.fold import fold
from backend.live.guard import Guard, guard_of
from backend.live.ranking import TYPO, label_rank, near, pieces
from backend.live.registry import Registry
from backend.live.source import Source

__all__ = ["end_late", "search"]

BUDGET: Final = 0.15
"""Seconds all collections together may take; what was found by then is told, and `partial`
says so."""

MAX_WORDS: Final = 8

LIKELY: Final = 200
"""How many rows of a collection are looked at for each part of a mistyped word."""

MOST_UNDER_WAY: Final = 4
"""How many late questions a source may have under way; those in time do not count."""

_ELSEWHERE: Final = 4

Found = tuple[list[Hit], bool]
"""Hits, and whether they are all (of a source) or some are missing (of all)."""

_under_way: WeakKeyDictionary[Source, set[asyncio.Task[Found]]] = WeakKeyDictionary()

log = structlog.get_logger(__name__)


async def search(registry: Registry, principal: Principal, text: str, limit: int) -> SearchAnswer:
    """The best `limit` visible objects for `text`. All collections are asked at once; one
    that does not answer in time, or cannot, is left out.

    Every word must occur in the label, in `where` or in a searched column. When that finds no
    name at all, names that one word fits but for a typing error are found as well.
    """
    words = tuple(fold(text).split())[:MAX_WORDS]
    asked, late = await _sights(registry, principal) if words else ([], False)
    deadline = time.monotonic() + BUDGET
    hits, partial = await _gathered(
        {
            source: functools.partial(_hits, source, words, guard, limit, deadline)
            for source, guard in asked
        }
    )
    if len(words) == 1 and all(hit.rank == _ELSEWHERE for hit in hits):
        deadline = time.monotonic() + BUDGET
        likely, cut = await _gathered(
            {
                source: functools.partial(_nearly, source, words[0], guard, deadline)
                for source, guard in asked
            }
        )
        hits, partial = hits + likely, partial or cut
    places = {source.collection.name: source.collection.place for source, _ in asked}
    best = heapq.nsmallest(limit, hits, key=lambda hit: _order(hit, places[hit.collection]))
    return SearchAnswer(best, partial or late)


async def _sights(
    registry: Registry, principal: Principal
) -> tuple[list[tuple[Source, Guard]], bool]:
    """The collections of which something may be visible, with the caller's guards, and whether
    some are missing: a system that decides too did not answer in time."""
    tasks = {
        asyncio.ensure_future(registry.guard(principal, source.collection)): source
        for source in registry
        if guard_of(principal, source.collection).scopes
    }
    if not tasks:
        return [], False
    try:
        done, late = await asyncio.wait(tasks, timeout=BUDGET)
    finally:
        for task in tasks:
            task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    return [(source, task.result()) for task, source in tasks.items() if task in done], bool(late)


async def _gathered(questions: Mapping[Source, Callable[[], Coroutine[Any, Any, Found]]]) -> Found:
    """All hits there are when the time is over, and whether some are missing.

    What is late goes on to its end unheard: breaking off a statement costs its database
    connection. A source with enough of those is not asked again before they have ended.
    """
    tasks = {_asked(ask): source for source, ask in questions.items() if not _busy(source)}
    if not tasks:
        return [], bool(questions)
    try:
        done, late = await asyncio.wait(tasks, timeout=BUDGET)
    finally:
        for task, source in tasks.items():
            _count_late(source, task)
    hits: list[Hit] = []
    partial = bool(late) or len(tasks) < len(questions)
    for task in done:
        try:
            found, complete = task.result()
        except Problem:
            partial = True
        else:
            hits += found
            partial = partial or not complete
    return hits, partial


async def end_late(sources: Iterable[Source], seconds: float = 5.0) -> None:
    """Let the late questions to `sources` come to their end, or break them off: their database is
    about to be closed."""
    late = [task for source in sources for task in _under_way.get(source, ())]
    if not late:
        return
    _, left = await asyncio.wait(late, timeout=seconds)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _busy(source: Source) -> bool:
    return len(_under_way.get(source, ())) >= MOST_UNDER_WAY


def _asked(ask: Callable[[], Coroutine[Any, Any, Found]]) -> asyncio.Task[Found]:
    task = asyncio.ensure_future(ask())
    task.add_done_callback(_failed)
    return task


def _count_late(source: Source, task: asyncio.Task[Found]) -> None:
    if not task.done():
        running = _under_way.setdefault(source, set())
        running.add(task)
        task.add_done_callback(running.discard)


def _failed(task: asyncio.Task[Found]) -> None:
    """Look at the error even if nobody waits any more."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, Problem):
        log.warning("a collection could not be searched", error=repr(error))


async def _hits(
    source: Source, words: tuple[str, ...], guard: Guard, limit: int, deadline: float
) -> Found:
    found, complete = await source.find(words, guard, limit, deadline)
    return [_hit(source, row, words) for row in found], complete


async def _nearly(source: Source, word: str, guard: Guard, deadline: float) -> Found:
    """Names that are the word but for one typing error: some part of it is whole in them."""
    collection, rows, complete = source.collection, {}, True
    for piece in pieces(word):
        found, whole = await source.find((piece,), guard, LIKELY, deadline)
        rows.update({row.key: row for row in found if near(_label(collection, row), word)})
        complete = complete and whole
    return [_hit(source, row, (), TYPO) for row in rows.values()], complete


def _order(hit: Hit, place: int) -> tuple[int, int, bool, int, str, str, str]:
    """The name itself, then names by what people look for and what is in trouble first, then
    what only mentions the words, then likely typing errors."""
    near_enough = {0: 0, 1: 1, 2: 1, 3: 2}.get(hit.rank, hit.rank)
    well, size = hit.healthy is not False, len(hit.label)
    return near_enough, place, well, size, hit.label, hit.collection, hit.key


def _label(collection: Collection, row: Any) -> str:
    return str(getattr(row, collection.label))


def _hit(source: Source, row: Any, words: tuple[str, ...], rank: int | None = None) -> Hit:
    collection = source.collection
    label = _label(collection, row)
    told = {name: str(value) for name in collection.addressed if (value := getattr(row, name))}
    where = [told[name] for name in collection.where if name in told]
    status = str(getattr(row, collection.state)) if collection.state else None
    healthy = getattr(row, "healthy", None) if "healthy" in collection.by_id else None
    return Hit(
        collection.name, collection.kind, collection.title, row.key, label, where,
        label_rank(label, words) if rank is None else rank, told, status, healthy,
    )  # fmt: skip
