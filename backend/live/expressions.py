"""From the query tree to Python expressions over a row ``r``.

Only field names checked at declaration are written into the text; every value is bound to a
name (`Constants`) and never becomes part of the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from auth.scope import Scope
from backend.live.collection import Collection
from backend.live.column import NUMERIC, Column, Op, Type
from backend.live.fold import fold
from backend.live.guard import Guard
from backend.live.query import Ago, Filter, LabelTerm, Sort, Value
from backend.live.reviewed import EVERYWHERE, Limit
from backend.live.rowscope import FieldTest, Placement

__all__ = [
    "Constants",
    "down",
    "filter_test",
    "guard_test",
    "label_test",
    "sort_parts",
    "withhold_cells",
    "words_test",
]

_INVERT = bytes((0xFE - byte) & 0xFF for byte in range(256))


def down(text: str) -> bytes:
    """A key that orders texts by descending code point (UTF-8 never uses 0xFE and 0xFF)."""
    return text.encode("utf-8", "surrogatepass").translate(_INVERT) + b"\xff"


class Constants:
    """The values an expression refers to by name."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"fold": fold, "down": down}
        self._cells: dict[str, str] = {}

    def bind(self, value: Any) -> str:
        """A fresh name for `value`."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def withhold(self, column: str, visible: str) -> None:
        """From now on `cell` reads `column` as None in rows that fail the test `visible`."""
        self._cells[column] = f"(r.{column} if {visible} else None)"

    @property
    def cells(self) -> dict[str, str]:
        """The expressions of the columns that may be withheld."""
        return self._cells

    def cell(self, column: str) -> str:
        """The expression of the column's value in the row."""
        return self._cells.get(column, f"r.{column}")


def filter_test(collection: Collection, item: Filter, constants: Constants, now: float) -> str:
    """The condition of one filter; missing values are unequal to every value and match no
    comparison."""
    column = collection.by_id[item.column]
    values = [value.at(now) if isinstance(value, Ago) else value for value in item.values]
    if column.type is Type.LIST:
        return _list_test(collection, column, item.op, values, constants)
    field = constants.cell(column.id)
    present = f"{field} is not None and " if column.id in collection.nullable else ""
    if item.op in {Op.EQ, Op.IN}:
        return _one_of(column, values, constants)
    if item.op in {Op.NE, Op.NOT_IN}:
        return f"not {_one_of(column, values, constants)}"
    if item.op in {Op.HAS, Op.LACKS}:
        has = f"({present}{constants.bind(values[0])} in {_folded(field)})"
        return has if item.op is Op.HAS else f"(not {has})"
    if item.op is Op.BEGINS:
        return f"({present}{field}.startswith({constants.bind(values[0])}))"
    return f"({present}{field} {item.op.value} {constants.bind(values[0])})"


def _one_of(column: Column, values: Sequence[Value], constants: Constants) -> str:
    field = constants.cell(column.id)
    given = [value for value in values if value is not None]
    tests = []
    if len(given) == 1:
        tests.append(f"{field} == {constants.bind(given[0])}")
    elif given:
        tests.append(f"{field} in {constants.bind(frozenset(given))}")
    if len(given) < len(values):
        plain = column.type in NUMERIC or column.type is Type.BOOL
        tests.append(f"{field} is None" if plain else f"not {field}")
    return f"({' or '.join(tests)})"


def _list_test(
    collection: Collection, column: Column, op: Op, values: Sequence[Value], constants: Constants
) -> str:
    field = constants.cell(column.id)
    field = f"({field} or ())" if column.id in collection.nullable else field
    if op in {Op.HAS, Op.LACKS}:
        name = constants.bind(values[0])
        test = f"any([{name} in fold(e) for e in {field}])"
    else:
        given = frozenset(value for value in values if value is not None)
        tests = [f"not {constants.bind(given)}.isdisjoint({field})"] if given else []
        tests += [f"not {field}"] if None in values else []
        test = " or ".join(tests)
    return f"(not ({test}))" if op in {Op.NE, Op.NOT_IN, Op.LACKS} else f"({test})"


def label_test(collection: Collection, term: LabelTerm, constants: Constants) -> str:
    """The condition of one requirement; as in Kubernetes, ``!=`` and ``notin`` also match
    rows without the label."""
    column = collection.labels_column
    name = column.id if column else ""
    field = constants.cell(name)
    field = f"({field} or {{}})" if name in collection.nullable else field
    key = constants.bind(term.key)
    if not term.values:
        return f"({key} {'in' if term.wanted else 'not in'} {field})"
    if len(term.values) == 1:
        value = constants.bind(term.values[0])
        return f"({field}.get({key}) {'==' if term.wanted else '!='} {value})"
    values = constants.bind(frozenset(term.values))
    return f"({field}.get({key}) {'in' if term.wanted else 'not in'} {values})"


def words_test(
    collection: Collection, words: Sequence[str], constants: Constants, fields: Iterable[str]
) -> str:
    """The condition that each of `words` (folded) occurs in one of `fields`, which hold text.

    The fields are joined by NUL, which no word holds, and folded once.
    """
    if not words:
        return ""
    text = "\\0".join(_part(collection, name, constants) for name in dict.fromkeys(fields))
    folded = f'(t.lower() if (t := f"{text}").isascii() else fold(t))'
    first, *others = [constants.bind(word) for word in words]
    if not others:
        return f"({first} in {folded})"
    return f"({first} in (u := {folded}) and {' and '.join(f'{name} in u' for name in others)})"


def _part(collection: Collection, name: str, constants: Constants) -> str:
    field = constants.cell(name)
    column = collection.by_id.get(name)
    if column is not None and column.type is Type.LIST:
        return f"{{chr(0).join({field} or ())}}"
    return f"{{{field} or ''}}" if name in collection.nullable else f"{{{field}}}"


def _folded(field: str) -> str:
    return f"({field}.lower() if {field}.isascii() else fold({field}))"


def guard_test(collection: Collection, guard: Guard, constants: Constants) -> str:
    """The condition that the row is visible; empty when everything is."""
    own = _covered(collection.scopes, guard.scopes, guard.organisation, constants)
    tests = [_limit_test(collection, limit, constants) for limit in guard.limits]
    return " and ".join(test for test in (own, *tests) if test)


def _limit_test(collection: Collection, limit: Limit, constants: Constants) -> str:
    """The row is of another system, or one of what this one allows."""
    reviewed = collection.reviewed
    if reviewed is None:
        return "False"
    tests = [f"r.{reviewed.system} != {constants.bind(limit.system)}"]
    for plural, namespaces in limit.allowed:
        parts = [f"r.{reviewed.by} == {constants.bind(plural)}"] if reviewed.by else []
        if namespaces is not EVERYWHERE:
            parts.append(f"r.{reviewed.namespace} in {constants.bind(frozenset(namespaces))}")
        tests.append(" and ".join(parts) or "True")
    return f"({' or '.join(f'({test})' for test in tests)})"


def withhold_cells(collection: Collection, guard: Guard, constants: Constants) -> None:
    """Let `constants` read the cells that need a right of their own as the guard allows."""
    for name, held in guard.cells:
        needs = collection.by_id[name].needs
        if needs is not None:
            visible = _covered((needs.scope,), held, guard.organisation, constants)
            if visible:
                constants.withhold(name, visible)


def _covered(
    places: Iterable[Placement], scopes: Iterable[Scope], organisation: str, constants: Constants
) -> str:
    """One of `scopes` covers one of a row's `places`: empty when that is so for every row of
    the organisation, ``False`` when for none."""
    found: dict[str, None] = {}
    for place in places:
        for held in scopes:
            tests = place.covered_by(held, organisation)
            if tests is not None:
                found[" and ".join(_field_test(test, constants) for test in tests)] = None
    if "" in found:
        return ""
    return f"({' or '.join(f'({test})' for test in found)})" if found else "False"


def _field_test(test: FieldTest, constants: Constants) -> str:
    field = f"r.{test.field}"
    if not test.value:
        return field
    exact = f"{field} == {constants.bind(test.value)}"
    if not test.separator:
        return exact
    return f"({exact} or {field}.startswith({constants.bind(test.value + test.separator)}))"


def sort_parts(collection: Collection, sort: Sort, constants: Constants) -> list[str]:
    """Key parts of one sort column: ascending by code point or number, missing last."""
    column = collection.by_id[sort.column]
    field = constants.cell(column.id)
    if sort.descending and column.type is Type.BOOL:
        value, blank = f"(not {field})", "False"
    elif sort.descending and column.type in NUMERIC:
        value, blank = f"-{field}", "0"
    elif sort.descending:
        value, blank = f"down({field})", "b''"
    else:
        value, blank = field, "''" if column.type in {Type.TEXT, Type.STATUS} else "0"
    if column.id not in collection.nullable:
        return [value]
    return [f"{field} is None", f"({value} if {field} is not None else {blank})"]
