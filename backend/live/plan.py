"""A query and a guard, compiled for rows in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from operator import attrgetter
from typing import Any

from backend.live.collection import Collection
from backend.live.column import Op, Type
from backend.live.compile import compile_function
from backend.live.expressions import (
    Constants,
    filter_test,
    guard_test,
    label_test,
    sort_parts,
    withhold_cells,
    words_test,
)
from backend.live.guard import Guard
from backend.live.query import Filter, Query
from backend.live.rowscope import Field, RowScope

__all__ = [
    "FacetPlan",
    "Key",
    "Plan",
    "compile_plan",
    "compile_search",
    "compile_sight",
    "field_bits",
]

Rows = Iterable[Any]

Key = tuple[Any, ...]
"""A row's place in the order: comparable with `<`, ending in the row's key."""


@dataclass(frozen=True, slots=True)
class FacetPlan:
    """How one column is counted: `values` of the rows of `select`, which leaves out the
    filters on the column itself, so that a menu shows what else could be chosen. `own` is
    None when there are none, and the view's rows are those to count. A list adds each of its
    elements once."""

    column: str
    own: Callable[[Rows], list[Any]] | None
    values: Callable[[Rows], Rows]


@dataclass(frozen=True, slots=True)
class Plan:
    """Compiled functions over rows, none of which can raise for rows of the declared types.

    `select`: the rows that match and are visible. `keys`: their places, in the same order.
    `leading_keys`: the first part of each place (as comparable as the place).
    `take_until(rows, pivot)`: rows whose first part is at most `pivot`; `skip_to`: at least.
    `mark`: first part and place of an object with the sort columns and the key, as shown.
    `uses`: bits (`field_bits`) of every field that can change membership, place or counts.
    `pin`: a column and the values outside of which no row can matter, to dispatch changes;
    None if there is none. `show`: the rows as the caller may see them, None when that is as
    they are.
    """

    query: Query
    guard: Guard
    select: Callable[[Rows], list[Any]]
    keys: Callable[[Rows], list[Key]]
    leading_keys: Callable[[Rows], list[Any]]
    take_until: Callable[[Rows, Any], list[Any]]
    skip_to: Callable[[Rows, Any], list[Any]]
    mark: Callable[[Any], tuple[Any, Key]]
    facets: tuple[FacetPlan, ...]
    uses: int
    pin: tuple[str, frozenset[Any]] | None
    show: Callable[[Rows], list[Any]] | None


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
    withhold_cells(collection, guard, constants)
    searched = [column.id for column in collection.searched]
    always = [label_test(collection, term, constants) for term in query.labels]
    always.append(words_test(collection, query.words, constants, searched))
    visible = guard_test(collection, guard, constants)
    tests = [(f.column, filter_test(collection, f, constants, now)) for f in query.filters]
    filtered = {f.column for f in query.filters}
    first, key = _place(collection, query, constants)
    shown_first, shown_key = _place(collection, query, Constants())
    compiler = _Compiler(constants)
    return Plan(
        query,
        guard,
        select=compiler.select([visible, *(test for _, test in tests), *always]),
        keys=compiler.function("rows", f"[{key} for r in rows]"),
        leading_keys=compiler.function("rows", f"[{first} for r in rows]"),
        take_until=compiler.function("rows, pivot", f"[r for r in rows if {first} <= pivot]"),
        skip_to=compiler.function("rows, pivot", f"[r for r in rows if {first} >= pivot]"),
        mark=compiler.function("r", f"({shown_first}, {shown_key})"),
        facets=tuple(
            FacetPlan(
                name,
                compiler.select([visible, *(t for column, t in tests if column != name), *always])
                if name in filtered
                else None,
                compiler.values(collection, name),
            )
            for name in query.facets
        ),
        uses=_uses(collection, query),
        pin=_pin(collection, query, guard),
        show=compiler.show(collection),
    )


def _place(collection: Collection, query: Query, constants: Constants) -> tuple[str, str]:
    """The expressions of the first part of a row's place, and of the place."""
    parts = [part for sort in query.sort for part in sort_parts(collection, sort, constants)]
    parts.append("r.key")
    first = parts[0]
    if first.endswith("is None"):
        first = f"({first}, {parts[1]})"
    return first, f"({', '.join(parts)},)"


def compile_search(
    collection: Collection, words: tuple[str, ...], guard: Guard
) -> Callable[[Rows], list[Any]]:
    """The visible rows in which every word (folded) occurs in the label, beside it (`where`)
    or in a searched column."""
    constants = Constants()
    withhold_cells(collection, guard, constants)
    fields = dict.fromkeys(
        (collection.label, *collection.where, *(column.id for column in collection.searched))
    )
    tests = [guard_test(collection, guard, constants)]
    tests.append(words_test(collection, words, constants, fields))
    return _Compiler(constants).select(tests)


@lru_cache(maxsize=512)
def compile_sight(collection: Collection, guard: Guard) -> Callable[[Rows], list[Any]]:
    """The rows that are visible, as the caller may see them."""
    constants = Constants()
    withhold_cells(collection, guard, constants)
    compiler = _Compiler(constants)
    select = compiler.select([guard_test(collection, guard, constants)])
    show = compiler.show(collection)
    return select if show is None else lambda rows: show(select(rows))


class _Compiler:
    """Turns expressions of validated parts into functions."""

    def __init__(self, constants: Constants) -> None:
        self._constants = constants

    def select(self, tests: list[str]) -> Callable[[Rows], list[Any]]:
        given = [test for test in tests if test]
        if not given:
            return list
        chosen: Callable[[Rows], list[Any]]
        chosen = self.function("rows", f"[r for r in rows if {' and '.join(given)}]")
        return chosen

    def values(self, collection: Collection, name: str) -> Callable[[Rows], Rows]:
        """What rows add to the counts of a column."""
        cells: Callable[[Rows], Rows] = partial(map, attrgetter(name))
        if name in self._constants.cells:
            cells = self.function("rows", f"[{self._constants.cell(name)} for r in rows]")
        if collection.by_id[name].type is not Type.LIST:
            return cells
        return lambda rows: chain.from_iterable(
            set(value) if value else (None,) for value in cells(rows)
        )

    def show(self, collection: Collection) -> Callable[[Rows], list[Any]] | None:
        """Copies of rows without the cells that are withheld; None when none can be."""
        if not self._constants.cells:
            return None
        row = self._constants.bind(collection.row)
        given = ", ".join(f"{name}={self._constants.cell(name)}" for name in collection.fields)
        shown: Callable[[Rows], list[Any]]
        shown = self.function("rows", f"[{row}({given}) for r in rows]")
        return shown

    def function(self, arguments: str, body: str) -> Any:
        return compile_function(arguments, body, self._constants.names)


def _uses(collection: Collection, query: Query) -> int:
    used = {f.column for f in query.filters} | {s.column for s in query.sort} | {*query.facets}
    if query.labels and collection.labels_column:
        used.add(collection.labels_column.id)
    if query.words:
        used.update(column.id for column in collection.searched)
    for column in collection.columns:
        if column.needs is not None and column.id in used:
            used.update(column.needs.scope.fields)
    for scope in collection.scopes:
        used.update(scope.fields)
    if collection.reviewed is not None:
        used.update(collection.reviewed.fields)
    return sum(bit for name, bit in field_bits(collection).items() if name in used)


def _pin(collection: Collection, query: Query, guard: Guard) -> tuple[str, frozenset[Any]] | None:
    pinned = [f for f in query.filters if _pins(collection, f) and f.column not in query.facets]
    if pinned:
        best = min(pinned, key=lambda f: len(f.values))
        return best.column, frozenset(best.values)
    return _pin_of_guard(collection, guard)


def _pin_of_guard(collection: Collection, guard: Guard) -> tuple[str, frozenset[Any]] | None:
    """The deepest field of the scopes that every right of the guard names a value of."""
    rows = [
        {test.field: test.value for test in tests if test.value and not test.separator}
        for scope in collection.scopes
        for held in guard.scopes
        if (tests := scope.covered_by(held, guard.organisation)) is not None
    ]
    fields = [
        part.name
        for scope in collection.scopes
        if isinstance(scope, RowScope)
        for part in reversed(scope.parts)
        if isinstance(part, Field)
    ]
    for name in fields:
        if rows and all(name in row for row in rows):
            return name, frozenset(row[name] for row in rows)
    return None


def _pins(collection: Collection, item: Filter) -> bool:
    column = collection.by_id[item.column]
    scalar = column.type.value in {"text", "status"}
    return scalar and item.op in {Op.EQ, Op.IN} and None not in item.values
