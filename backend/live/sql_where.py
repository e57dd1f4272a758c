"""From the query tree to SQL conditions that mean the same as `backend.live.expressions`."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from auth.scope import Scope
from auth.scope import organisation as whole
from backend.live.column import NUMERIC, Op, Type
from backend.live.guard import Guard
from backend.live.page import After
from backend.live.query import Ago, Filter, LabelTerm, Query, Value
from backend.live.rowscope import FieldTest, Placement
from backend.live.sql_fields import SqlFields
from backend.live.sql_known import Asked, Known

__all__ = ["Condition", "SqlWhere"]

Condition = ColumnElement[bool]


class SqlWhere:
    """Conditions over one collection's fields, for one caller, dialect and moment. `fields`
    are those of the collection as the caller may see them; all rows are of `organisation`, if
    one is given. What is `known` of a question's values is said instead of the question."""

    def __init__(
        self, fields: SqlFields, guard: Guard, dialect: str, now: float, organisation: str = ""
    ) -> None:
        self.fields = fields
        self.dialect = dialect
        self.now = now
        self.known = Known()
        self._guard = guard
        self._organisation = organisation
        self._nullable = fields.collection.nullable
        if guard.cells:
            self.fields = fields.withholding(self._cells())

    def knowing(self, known: Known) -> SqlWhere:
        """The same conditions, said by what is known."""
        where = copy.copy(self)
        where.known = known
        return where

    def over(self, value: ColumnElement[Any], names: Iterable[str]) -> SqlWhere:
        """The same conditions on `value` instead of the fields `names`."""
        where = copy.copy(self)
        where.fields = self.fields.replacing(dict.fromkeys(names, value))
        return where

    def query(self, query: Query) -> Condition:
        """Everything the query and the guard ask."""
        tests = [self.visible()]
        tests += [self.filter(item) for item in query.filters]
        tests += [self._label(term) for term in query.labels]
        searched = [column.id for column in self.fields.collection.searched]
        tests += [self.word(word, searched) for word in query.words]
        return sa.and_(*tests)

    def visible(self) -> Condition:
        """The row is visible."""
        guard = self._guard
        if guard.limits:
            return sa.false()  # no table holds rows of a system that decides too
        if self._organisation and whole(self._organisation) in guard.scopes:
            return sa.true()  # said shortly, it leaves the planner every index
        own = self._covered(self.fields.collection.scopes, guard.scopes, guard.organisation)
        related = self.fields.related
        return own if related is None else sa.or_(own, related(guard))

    def _cells(self) -> dict[str, Condition]:
        """When the cells that need a right of their own may be seen."""
        columns, organisation = self.fields.collection.by_id, self._guard.organisation
        return {
            name: self._covered((needs.scope,), held, organisation)
            for name, held in self._guard.cells
            if (needs := columns[name].needs) is not None
        }

    def word(self, word: str, names: Iterable[str]) -> Condition:
        """`word` (folded) occurs in one of the fields."""
        found = [self.fields.position(name, word, self.dialect) > 0 for name in names]
        return self._known(word, sa.or_(sa.false(), *found))

    def _known(self, asked: Asked, plain: Condition) -> Condition:
        """`plain`, by the values that are known to fit."""
        values = self.known.values.get(asked)
        if values is None:
            return plain
        tests = [self.fields.elements[name].in_(fitting) for name, fitting in values.items()]
        return sa.or_(sa.false(), *tests, *self.waiting(plain))

    def waiting(self, plain: Condition) -> list[Condition]:
        """The rows whose values nobody noted yet and that pass `plain`."""
        if not self.known.waiting:
            return []
        return [sa.and_(self.fields.elements["key"].in_(self.known.waiting), plain)]

    def after(self, query: Query, after: After) -> Condition:
        """The row's place is behind the cursor's."""
        same: list[Condition] = []
        choices: list[Condition] = []
        for sort, value in zip(query.sort, after.values, strict=True):
            element = self.fields.elements[sort.column]
            if value is None:
                same.append(element.is_(None))
                continue
            literal = self.fields.literal(sort.column, value)
            ordered = self.fields.ordered(sort.column, self.dialect)
            behind = ordered < literal if sort.descending else ordered > literal
            if sort.column in self._nullable:
                behind = sa.or_(behind, element.is_(None))
            choices.append(sa.and_(*same, behind))
            same.append(element == literal)
        key = self.fields.ordered("key", self.dialect) > self.fields.literal("key", after.key)
        return sa.and_(self._from(query, after), sa.or_(*choices, sa.and_(*same, key)))

    def _from(self, query: Query, after: After) -> Condition:
        """Where to begin in an index: implied by the place, but for no planner to see."""
        if not query.sort or query.sort[0].column in self._nullable:
            return sa.true()
        sort = query.sort[0]
        ordered = self.fields.ordered(sort.column, self.dialect)
        literal = self.fields.literal(sort.column, after.values[0])
        return ordered <= literal if sort.descending else ordered >= literal

    def order(self, query: Query) -> list[ColumnElement[Any]]:
        """The ORDER BY: missing values last, the key as the last tie-break."""
        terms: list[ColumnElement[Any]] = []
        for sort in query.sort:
            if sort.column in self._nullable:
                terms.append(self.fields.elements[sort.column].is_(None))
            element = self.fields.ordered(sort.column, self.dialect)
            terms.append(element.desc() if sort.descending else element.asc())
        return [*terms, self.fields.ordered("key", self.dialect)]

    def filter(self, item: Filter) -> Condition:
        """One filter of a query."""
        return self._known(item, self._filter(item))

    def _filter(self, item: Filter) -> Condition:
        element = self.fields.elements[item.column]
        if item.op in {Op.EQ, Op.IN}:
            return self._one_of(item.column, item.values)
        if item.op in {Op.NE, Op.NOT_IN}:
            return self._none_of(item.column, item.values)
        if item.op in {Op.HAS, Op.LACKS}:
            position = self.fields.position(item.column, str(item.values[0]), self.dialect)
            if item.op is Op.HAS:
                return position > 0
            return sa.or_(element.is_(None), position == 0)
        if item.op is Op.BEGINS:
            return self.begins(item.column, str(item.values[0]))
        literal = self._literals(item.column, item.values)[0]
        return element.op(item.op.value, is_comparison=True)(literal)

    def begins(self, name: str, prefix: str) -> Condition:
        """The field begins with `prefix`: a range of code points, which an index can serve.
        LIKE would fold case in SQLite.

        No value ends in the last code point or before a surrogate: neither is printable.
        """
        ordered = self.fields.ordered(name, self.dialect)
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        first, last = (self.fields.literal(name, text) for text in (prefix, end))
        return sa.and_(ordered >= first, ordered < last)

    def _literals(self, name: str, values: Sequence[Value]) -> list[ColumnElement[Any]]:
        return [
            self.fields.literal(name, value.at(self.now) if isinstance(value, Ago) else value)
            for value in values
            if value is not None
        ]

    def _one_of(self, name: str, values: Sequence[Value]) -> Condition:
        element = self.fields.elements[name]
        literals = self._literals(name, values)
        tests: list[Condition] = [element.in_(literals)] if len(literals) > 1 else []
        tests += [element == literals[0]] if len(literals) == 1 else []
        tests += [self._missing(name)] if None in values else []
        return sa.or_(*tests)

    def _none_of(self, name: str, values: Sequence[Value]) -> Condition:
        element = self.fields.elements[name]
        literals = self._literals(name, values)
        tests: list[Condition] = []
        if literals:
            tests.append(sa.or_(element.is_(None), element.not_in(literals)))
        if None in values:
            tests.append(sa.and_(element.is_not(None), sa.not_(self._missing(name))))
        return sa.and_(*tests)

    def _missing(self, name: str) -> Condition:
        element = self.fields.elements[name]
        kind = self.fields.collection.by_id[name].type
        if kind in NUMERIC or kind is Type.BOOL:
            return element.is_(None)
        return sa.or_(element.is_(None), element == sa.literal("", sa.String()))

    def _label(self, term: LabelTerm) -> Condition:
        column = self.fields.collection.labels_column
        element: Any = self.fields.elements[column.id if column else ""]
        value = element[term.key].as_string()
        if not term.values:
            return value.is_not(None) if term.wanted else value.is_(None)  # type: ignore[no-any-return]
        chosen = value.in_(term.values)
        return chosen if term.wanted else sa.or_(value.is_(None), value.not_in(term.values))

    def _covered(
        self, places: Iterable[Placement], scopes: Iterable[Scope], organisation: str
    ) -> Condition:
        found = [
            sa.and_(sa.true(), *map(self._field_test, tests))
            for place in places
            for held in scopes
            if (tests := place.covered_by(held, organisation)) is not None
        ]
        return sa.or_(sa.false(), *found)

    def _field_test(self, test: FieldTest) -> Condition:
        element = self.fields.elements[test.field]
        literal = sa.literal(test.value, sa.String())
        if not test.value:
            return element != literal
        if not test.separator:
            return element == literal
        below = self.begins(test.field, test.value + test.separator)
        # Both lie in one range of an index, which two alternatives would not be searched as.
        end = sa.literal(test.value + chr(ord(test.separator) + 1), sa.String())
        ordered = self.fields.ordered(test.field, self.dialect)
        return sa.and_(ordered >= literal, ordered < end, sa.or_(element == literal, below))
