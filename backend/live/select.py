"""Answering a plan from a list of rows: matches, counts, and the first few in order."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from types import SimpleNamespace
from typing import Any, Final

from backend.live.page import After, FacetCount
from backend.live.plan import Key, Plan
from backend.live.slices import CHUNK, Slices, chunks

__all__ = [
    "FACET_VALUES",
    "Matches",
    "beyond",
    "facet_counts",
    "in_order",
    "match",
    "smallest",
    "top_counts",
]

FACET_VALUES: Final = 200
"""At most so many values of a facet are told: the most frequent ones."""

Placed = tuple[Key, Any]
"""A row with its place."""

_place: Final[Callable[[Placed], Key]] = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Matches:
    """The rows of a plan, in no order, and the counts of its facets by column."""

    rows: list[Any]
    counts: dict[str, Counter[Any]]


def top_counts(counts: Counter[Any]) -> list[FacetCount]:
    """The most frequent values; equal counts by value, the missing last."""
    given = [(-count, value is None, value) for value, count in counts.items() if count > 0]
    return [FacetCount(value, -count) for count, _, value in heapq.nsmallest(FACET_VALUES, given)]


def facet_counts(counts: dict[str, Counter[Any]]) -> dict[str, list[FacetCount]]:
    """`top_counts` of every column."""
    return {column: top_counts(counter) for column, counter in counts.items()}


async def match(plan: Plan, rows: list[Any]) -> Matches:
    """All rows that match, with facet counts, in slices."""
    slices = Slices()
    found: list[Any] = []
    counts: dict[str, Counter[Any]] = {facet.column: Counter() for facet in plan.facets}
    for chunk in chunks(rows):
        matched = plan.select(chunk)
        found += matched
        for facet in plan.facets:
            counted = facet.own(chunk) if facet.own else matched
            counts[facet.column].update(facet.values(counted))
            await slices.yield_if_due()
        await slices.yield_if_due()
    return Matches(found, counts)


def beyond(plan: Plan, rows: list[Any], after: After) -> list[Any]:
    """The rows whose place is behind the cursor's."""
    values = {sort.column: v for sort, v in zip(plan.query.sort, after.values, strict=True)}
    mark = SimpleNamespace(**{**values, "key": after.key})
    first, place = plan.mark(mark)
    near = plan.skip_to(rows, first)
    return [row for key, row in zip(plan.keys(near), near, strict=True) if key > place]


async def smallest(plan: Plan, rows: list[Any], count: int) -> list[Placed]:
    """The first `count` rows with their places, in order.

    Places are made only for rows that can be among them: the first part of the place,
    cheap to get and to compare, rules out most.
    """
    if count <= 0:
        return []
    slices = Slices()
    if count * 4 < len(rows):
        leading: list[Any] = []
        for chunk in chunks(rows):
            leading = heapq.nsmallest(count, chain(leading, plan.leading_keys(chunk)))
            await slices.yield_if_due()
        rows = [row for chunk in chunks(rows) for row in plan.take_until(chunk, leading[-1])]
        await slices.yield_if_due()
    best: list[Placed] = []
    for chunk in chunks(rows):
        placed: Iterable[Placed] = zip(plan.keys(chunk), chunk, strict=True)
        if len(best) == count:
            last = best[-1][0]
            placed = [item for item in placed if item[0] < last]
        best = sorted(chain(best, placed), key=_place)[:count]
        await slices.yield_if_due()
    return best


async def in_order(plan: Plan, rows: list[Any]) -> AsyncIterator[list[Any]]:
    """All rows in order, in pieces: sorted in slices, merged while they are asked for."""
    slices = Slices()
    runs: list[list[Placed]] = []
    for chunk in chunks(rows):
        runs.append(sorted(zip(plan.keys(chunk), chunk, strict=True), key=_place))
        await slices.yield_if_due()
    piece: list[Any] = []
    for _, row in heapq.merge(*runs, key=_place):
        piece.append(row)
        if len(piece) == CHUNK // 8:
            yield piece
            piece = []
            await slices.yield_if_due()
    if piece:
        yield piece
