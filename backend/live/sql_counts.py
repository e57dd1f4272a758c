"""How many rows there are, and of which values, without counting millions."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import ClauseElement, Executable

from backend.live.page import FacetCount
from backend.live.select import FACET_VALUES

__all__ = ["count_rows", "top_values"]


class _Explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: sa.Select[Any]) -> None:
        self.statement = statement


@compiles(_Explain)
def _compile_explain(element: _Explain, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"


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


async def top_values(
    session: AsyncSession,
    value: ColumnElement[Any],
    count: ColumnElement[Any],
    statement: sa.Select[Any],
) -> list[FacetCount]:
    """The most frequent values of a statement of (value, count)."""
    ordered = value
    if session.get_bind().dialect.name == "postgresql" and isinstance(value.type, sa.String):
        ordered = sa.collate(value, "C")
    statement = statement.group_by(value)
    statement = statement.order_by(count.desc(), value.is_(None), ordered).limit(FACET_VALUES)
    return [FacetCount(found, number) for found, number in await session.execute(statement)]
