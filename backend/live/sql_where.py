"""From the query tree to SQL conditions that mean the same as `backend.live.expressions`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from auth.scope import Scope, covers, organisation, render
from backend.live.column import NUMERIC, Op, Type
from backend.live.guard import Guard
from backend.live.page import After
from backend.live.query import Ago, Filter, LabelTerm, Query, Value
from backend.live.rowscope import Field, RowScope, TextScope
from backend.live.sql_fields import SqlFields

__all__ = ["SqlWhere"]

Condition = ColumnElement[bool]


class SqlWhere:
    """Conditions over one collection's fields, for one dialect and one moment."""

    def __init__(self, fields: SqlFields, dialect: str, now: float) -> None:
        self.fields = fields
        self.dialect = dialect
        self.now = now
        self._nullable = fields.collection.nullable

    def query(self, query: Query, guard: Guard, *, without: str = "") -> Condition:
        """Everything the query and the guard ask, but for filters on the column `without`."""
        tests = [self.guard(guard)]
        tests += [self._filter(item) for item in query.filters if item.column != without]
        tests += [self._label(term) for term in query.labels]
        searched = [column.id for column in self.fields.collection.searched]
        tests += [self.word(word, searched) for word in query.words]
        return sa.and_(*tests)

    def guard(self, guard: Guard) -> Condition:
        """The row is visible."""
        place = self.fields.collection.scope
        if isinstance(place, TextScope):
            return sa.or_(sa.false(), *(self._text(place, guard, held) for held in guard.scopes))
        if not isinstance(place, RowScope):
            return sa.false()
        return sa.or_(sa.false(), *(self._scope(place, guard, held) for held in guard.scopes))

    def word(self, word: str, names: Iterable[str]) -> Condition:
        """`word` (folded) occurs in one of the fields."""
        found = [self.fields.position(name, word, self.dialect) > 0 for name in names]
        return sa.or_(sa.false(), *found)

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
        return sa.or_(*choices, sa.and_(*same, key))

    def order(self, query: Query) -> list[ColumnElement[Any]]:
        """The ORDER BY: missing values last, the key as the last tie-break."""
        terms: list[ColumnElement[Any]] = []
        for sort in query.sort:
            if sort.column in self._nullable:
                terms.append(self.fields.elements[sort.column].is_(None))
            element = self.fields.ordered(sort.column, self.dialect)
            terms.append(element.desc() if sort.descending else element.asc())
        return [*terms, self.fields.ordered("key", self.dialect)]

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
            return self._begins(item.column, str(item.values[0]))
        literal = self._literals(item.column, item.values)[0]
        return element.op(item.op.value, is_comparison=True)(literal)

    def _begins(self, name: str, prefix: str) -> Condition:
        """A range of code points, which an index can serve: LIKE would fold case in SQLite.

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

    def _text(self, place: TextScope, guard: Guard, held: Scope) -> Condition:
        """At `held`, or below it: a range of code points that an index can serve."""
        if not covers(organisation(guard.organisation), held):
            return sa.false()
        whole = self.fields.literal(place.name, render(held))
        return sa.or_(
            self.fields.elements[place.name] == whole,
            self._begins(place.name, f"{render(held)}/"),
        )

    def _scope(self, place: RowScope, guard: Guard, held: Scope) -> Condition:
        if held[:2] != ("org", guard.organisation):
            return sa.false()
        tests: list[Condition] = [sa.true()]
        segments = held[2:]
        for kind, part in zip(place.parts[::2], place.parts[1::2], strict=True):
            if not segments or not isinstance(part, Field):
                break
            element = self.fields.elements[part.name]
            if segments[0] != kind:
                return sa.false()
            own = len(segments) if part.split else 2
            given, segments = segments[1:own], segments[own:]
            if not given:
                tests.append(element != sa.literal("", sa.String()))
            elif part.split:
                tests.append(self._below(part, given))
            else:
                tests.append(element == sa.literal(given[0], sa.String()))
        return sa.false() if segments else sa.and_(*tests)

    def _below(self, part: Field, given: Scope) -> Condition:
        if any(part.split in segment for segment in given):
            return sa.false()
        element = self.fields.elements[part.name]
        whole = part.split.join(given)
        beginning = sa.func.substr(element, 1, len(whole) + len(part.split))
        return sa.or_(element == whole, beginning == whole + part.split)
