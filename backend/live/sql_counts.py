"""How many rows there are, and of which values, without counting millions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import ClauseElement, Executable

from backend.live.page import FacetCount
from backend.live.select import FACET_VALUES

__all__ = ["count_rows", "is_text", "top_texts", "top_values"]


class _Explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: sa.Select[Any]) -> None:
        self.statement = statement


@compiles(_Explain)
def _compile_explain(element: _Explain, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"


def is_text(element: ColumnElement[Any]) -> bool:
    """Whether its values are text, whichever type says so."""
    kind = element.type
    if isinstance(kind, sa.TypeDecorator):
        kind = kind.impl_instance
    return isinstance(kind, sa.String)


async def count_rows(
    session: AsyncSession, statement: sa.Select[Any], bound: int
) -> tuple[int, bool]:
    """The number of rows of `statement`, and whether it is exact.

    Up to `bound` rows are counted. Beyond, PostgreSQL's planner estimates; elsewhere the
    number says only that there are more than `bound`.
    """
    limited = statement.limit(bound + 1).subquery()
    counted = await session.scalar(sa.select(sa.func.count()).select_from(limited)) or 0
    if counted <= bound:
        return counted, True
    if session.get_bind().dialect.name == "postgresql":
        plan = await session.scalar(_Explain(statement))
        read = json.loads(plan) if isinstance(plan, str) else plan
        return max(counted, int(read[0]["Plan"]["Plan Rows"])), False
    return counted, False


async def top_texts(
    session: AsyncSession, rows: sa.Select[Any], names: Sequence[str]
) -> dict[str, list[FacetCount]]:
    """The most frequent values of each of the columns `names` (texts) of `rows`, in one go."""
    sample = rows.cte("sample")
    parts = []
    for number, name in enumerate(names):
        value, count = sample.c[name], sa.func.count()
        part = sa.select(sa.literal(number).label("facet"), value.label("value"), count.label("n"))
        part = part.group_by(value).order_by(*_most_first(session, value, count))
        parts.append(part.limit(FACET_VALUES).subquery().select())
    found: dict[str, list[FacetCount]] = {name: [] for name in names}
    for facet, value, number in await session.execute(sa.union_all(*parts)):
        found[names[facet]].append(FacetCount(value, number))
    for counts in found.values():
        counts.sort(key=lambda one: (-one.count, one.value is None, one.value or ""))
    return found


async def top_values(
    session: AsyncSession,
    value: ColumnElement[Any],
    count: ColumnElement[Any],
    statement: sa.Select[Any],
) -> list[FacetCount]:
    """The most frequent values of a statement of (value, count)."""
    statement = statement.group_by(value)
    statement = statement.order_by(*_most_first(session, value, count)).limit(FACET_VALUES)
    return [FacetCount(found, number) for found, number in await session.execute(statement)]


def _most_first(
    session: AsyncSession, value: ColumnElement[Any], count: ColumnElement[Any]
) -> tuple[ColumnElement[Any], ...]:
    ordered = value
    if session.get_bind().dialect.name == "postgresql" and is_text(value):
        ordered = sa.collate(value, "C")
    return (count.desc(), value.is_(None), ordered)
