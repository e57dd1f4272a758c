"""A filter as conditions of SQL (RFC 7644, section 3.4.2.2).

What lies in columns can be asked for; anything else is refused with ``invalidFilter`` rather than
read row by row.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import (
    AttrPath,
    Comparison,
    FilterVisitor,
    LogicalExpr,
    Not,
    Present,
    ValuePath,
)

from backend.features.scim.texts import folded

__all__ = ["MOST_TERMS", "Field", "condition", "flag", "folded_text", "moment", "text"]

MOST_TERMS: Final = 50
"""Comparisons of one filter."""
MOST_CHARACTERS: Final = 4096
Condition = sa.ColumnElement[bool]
_ORDERED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column that filters ask for. `read` makes of what was asked what the column holds; `inside`
    puts the condition on it into one on the row, for what lies in other rows."""

    column: Any
    read: Callable[[Any], Any] = lambda value: value
    inside: Callable[[Condition], Condition] = lambda condition: condition


def condition(asked: ScimFilter[Any] | None, fields: Mapping[str, Field]) -> Condition:
    """What rows have to fulfil. `InvalidFilterException` for a filter that is too long, or that
    asks for something else than `fields`, by their names as in ``meta.created``."""
    if asked is None:
        return sa.true()
    if len(asked) > MOST_CHARACTERS:
        raise _invalid(f"a filter has {MOST_CHARACTERS} characters at most")
    return _Conditions(asked, fields).visit(asked.ast)


def text(value: Any) -> str:
    """What was asked of a text whose case counts."""
    if not isinstance(value, str) or not value.isprintable():
        raise _invalid("compare a text with a text")
    return value


def folded_text(value: Any) -> str:
    """The same where case does not count."""
    return folded(text(value))


def flag(value: Any) -> bool:
    """What was asked of something that is or is not."""
    if not isinstance(value, bool):
        raise _invalid("compare with true or false")
    return value


def moment(value: Any) -> float:
    """What was asked of a time, as Unix seconds."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError as error:
        raise _invalid("compare a time with a time, like 2026-11-29T09:00:00Z") from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


class _Conditions(FilterVisitor[Condition]):
    def __init__(self, asked: ScimFilter[Any], fields: Mapping[str, Field]) -> None:
        self._asked = asked
        self._fields = fields
        self._terms = 0

    def visit_comparison(self, node: Comparison) -> Condition:
        field = self._field(node.attr_path)
        return field.inside(_compared(field, node.op.value, node.value))

    def visit_present(self, node: Present) -> Condition:
        field = self._field(node.attr_path)
        return field.inside(field.column.is_not(None))

    def visit_not(self, node: Not) -> Condition:
        return sa.not_(sa.func.coalesce(self.visit(node.expr), sa.false()))

    def visit_logical_expr(self, node: LogicalExpr) -> Condition:
        joined = sa.and_ if node.op.value == "and" else sa.or_
        return joined(*(self.visit(term) for term in node.terms))

    def visit_value_path(self, node: ValuePath) -> Condition:
        """``members[value eq "…"]``: one comparison of one part, as `members.value eq "…"`."""
        inner = node.val_filter
        if not isinstance(inner, Comparison) or inner.attr_path.sub_attr is not None:
            raise _invalid(f"{node.attr_path} cannot be filtered by in this way")
        whole = AttrPath(node.attr_path.attr, inner.attr_path.attr, node.attr_path.uri)
        return self.visit_comparison(Comparison(whole, inner.op, inner.value))

    def _field(self, path: AttrPath) -> Field:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise _invalid(f"a filter has {MOST_TERMS} comparisons at most")
        bound = self._asked.resolve_comparison(path)
        if bound is not None:
            name = ".".join(filter(None, (bound.field_name, bound.sub_field_name)))
            if name in self._fields:
                return self._fields[name]
        raise _invalid(f"{path} cannot be filtered by here")


def _compared(field: Field, word: str, value: Any) -> Condition:
    column = field.column
    if value is None:
        if word not in {"eq", "ne"}:
            raise _invalid("null is equal or not, and nothing else")
        missing: Condition = column.is_(None)
        return missing if word == "eq" else sa.not_(missing)
    read = field.read(value)
    found: Condition
    match word:
        case "eq":
            found = column == read
        case "ne":
            found = column.is_distinct_from(read)
        case "co" | "sw" | "ew" if isinstance(read, str):
            found = _like(column, word, read)
        case _ if word in _ORDERED and not isinstance(read, bool):
            found = _ORDERED[word](column, read)
        case _:
            raise _invalid(f"{word} does not fit what it is asked of")
    return found


def _like(column: Any, word: str, value: str) -> Condition:
    """By place and length: LIKE of SQLite would take letters of either case for the same."""
    size, part = len(value), sa.literal(value)
    there: Condition = column.is_not(None)
    if not value:
        return there
    if word == "co":
        shortened: Condition = sa.func.replace(column, part, "") != column
        return shortened
    begins = sa.func.substr(column, 1, size) == part
    ends = sa.func.substr(column, sa.func.length(column) - size + 1, size) == part
    return begins if word == "sw" else ends


def _invalid(detail: str) -> InvalidFilterException:
    return InvalidFilterException(detail=detail)
