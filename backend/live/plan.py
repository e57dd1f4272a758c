"""A query and a guard, compiled for rows in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from backend.live.collection import Collection
from backend.live.column import Op
from backend.live.expressions import (
    Constants,
    filter_test,
    guard_test,
    label_test,
    sort_parts,
    words_test,
)
from backend.live.guard import Guard
from backend.live.query import Filter, Query
from backend.live.rowscope import RowScope

__all__ = ["FacetPlan", "Key", "Plan", "compile_plan", "compile_search", "field_bits"]

Key = tuple[Any, ...]
"""A row's place in the order: comparable with `<`, ending in the row's key."""


@dataclass(frozen=True, slots=True)
class FacetPlan:
    """How one column is counted: over the rows of `select`, which leaves out the filters on
    the column itself, so that a menu shows what else could be chosen. `own` is None when
    there are none, and the view's rows are those to count."""

    column: str
    own: Callable[[Iterable[Any]], list[Any]] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Compiled functions over rows, none of which can raise for rows of the declared types.

    `select`: the rows that match and are visible. `keys`: their places, in the same order.
    `firsts`: the first part of each place (as comparable as the place). `upto(rows, pivot)`:
    rows whose first part is at most `pivot`; `onward`: at least. `uses`: bits (`field_bits`)
    of every field that can change membership, place or counts. `pin`: a column and the
    values outside of which no row can matter, to dispatch changes; None if there is none.
    """

    query: Query
    guard: Guard
    select: Callable[[Iterable[Any]], list[Any]]
    keys: Callable[[Iterable[Any]], list[Key]]
    firsts: Callable[[Iterable[Any]], list[Any]]
    upto: Callable[[Iterable[Any], Any], list[Any]]
    onward: Callable[[Iterable[Any], Any], list[Any]]
    facets: tuple[FacetPlan, ...]
    uses: int
    pin: tuple[str, frozenset[Any]] | None


def field_bits(collection: Collection) -> dict[str, int]:
    """One bit per field of the row."""
    return {name: 1 << i for i, name in enumerate(collection.fields)}


def compile_plan(collection: Collection, query: Query, guard: Guard, now: float) -> Plan:
    """The plan; recent ones are kept, except where the answer moves with time."""
    if query.moves:
        return _build(collection, query, guard, now)
    return _cached(collection, query, guard)


@lru_cache(maxsize=512)
def _cached(collection: Collection, query: Query, guard: Guard) -> Plan:
    return _build(collection, query, guard, 0.0)


def _build(collection: Collection, query: Query, guard: Guard, now: float) -> Plan:
    constants = Constants()
    searched = [column.id for column in collection.searched]
    always = [label_test(collection, term, constants) for term in query.labels]
    always.append(words_test(collection, query.words, constants, searched))
    visible = guard_test(collection, guard, constants)
    tests = [(f.column, filter_test(collection, f, constants, now)) for f in query.filters]
    filtered = {f.column for f in query.filters}
    parts = [part for sort in query.sort for part in sort_parts(collection, sort)] + ["r.key"]
    key, first = f"({', '.join(parts)},)", parts[0]
    if first.endswith("is None"):
        first = f"({first}, {parts[1]})"
    compiler = _Compiler(constants)
    return Plan(
        query,
        guard,
        select=compiler.select([visible, *(test for _, test in tests), *always]),
        keys=compiler.function("rows", f"[{key} for r in rows]"),
        firsts=compiler.function("rows", f"[{first} for r in rows]"),
        upto=compiler.function("rows, pivot", f"[r for r in rows if {first} <= pivot]"),
        onward=compiler.function("rows, pivot", f"[r for r in rows if {first} >= pivot]"),
        facets=tuple(
            FacetPlan(
                name,
                compiler.select([visible, *(t for column, t in tests if column != name), *always])
                if name in filtered
                else None,
            )
            for name in query.facets
        ),
        uses=_uses(collection, query),
        pin=_pin(collection, query, guard),
    )


def compile_search(
    collection: Collection, words: tuple[str, ...], guard: Guard
) -> Callable[[Iterable[Any]], list[Any]]:
    """The visible rows in which every word (folded) occurs in the label, beside it (`where`)
    or in a searched column."""
    constants = Constants()
    fields = dict.fromkeys(
        (collection.label, *collection.where, *(column.id for column in collection.searched))
    )
    tests = [guard_test(collection, guard, constants)]
    tests.append(words_test(collection, words, constants, fields))
    return _Compiler(constants).select(tests)


class _Compiler:
    """Turns expressions of validated parts into functions."""

    def __init__(self, constants: Constants) -> None:
        self._names = constants.names

    def select(self, tests: list[str]) -> Callable[[Iterable[Any]], list[Any]]:
        given = [test for test in tests if test]
        if not given:
            return list
        chosen: Callable[[Iterable[Any]], list[Any]]
        chosen = self.function("rows", f"[r for r in rows if {' and '.join(given)}]")
        return chosen

    def function(self, arguments: str, body: str) -> Any:
        # Field names are identifiers checked at declaration and values are bound names, so
        # nothing a caller wrote is ever part of this text.
        return eval(f"lambda {arguments}: {body}", dict(self._names))  # noqa: S307


def _uses(collection: Collection, query: Query) -> int:
    if not isinstance(collection.scope, RowScope):
        return -1
    used = {f.column for f in query.filters} | {s.column for s in query.sort}
    used |= {*query.facets, *collection.scope.fields}
    if query.labels and collection.labels_column:
        used.add(collection.labels_column.id)
    if query.words:
        used.update(column.id for column in collection.searched)
    return sum(bit for name, bit in field_bits(collection).items() if name in used)


def _pin(collection: Collection, query: Query, guard: Guard) -> tuple[str, frozenset[Any]] | None:
    pinned = [f for f in query.filters if _pins(collection, f) and f.column not in query.facets]
    if pinned:
        best = min(pinned, key=lambda f: len(f.values))
        return best.column, frozenset(best.values)
    if isinstance(collection.scope, RowScope) and guard.scopes:
        for i in range(len(collection.scope.fields) - 1, -1, -1):
            part = collection.scope.parts[2 * i + 1]
            deep = all(len(held) >= 4 + 2 * i for held in guard.scopes)
            if deep and not getattr(part, "split", ""):
                held_values = frozenset(held[3 + 2 * i] for held in guard.scopes)
                return collection.scope.fields[i], held_values
    return None


def _pins(collection: Collection, item: Filter) -> bool:
    column = collection.by_id[item.column]
    scalar = column.type.value in {"text", "status"}
    return scalar and item.op in {Op.EQ, Op.IN} and None not in item.values
