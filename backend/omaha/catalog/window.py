"""Filters no index serves, at a bounded cost.

A filter that few of millions of rows pass would read them all. So at most `WINDOW` rows of an
indexed order are looked at per page; a page may then hold fewer entries than asked for, or
none, and its cursor goes on behind the last row looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

WINDOW: Final = 10_000

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """The entries of a page, and the key to go on after (None: this was the end)."""

    rows: Sequence[Row]
    after: int | None


async def look(
    session: AsyncSession,
    branches: Sequence[Select[Any]],
    model: type[Row],
    conditions: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    descending: bool = False,
) -> Found[Row]:
    """The first `limit` rows by id, of those the branches name, that pass `conditions`.

    A branch is a query of ids in one range of an index, in which they lie in order; branches
    do not overlap. Of each only the beginning is read, so that nothing depends on the
    planner's merging them (PostgreSQL 15 reads and sorts all of a union instead).
    """
    each = limit + 1 if not conditions else max(limit + 1, WINDOW // len(branches))
    parts = [_beginning(branch, each, descending=descending) for branch in branches]
    edge = await _edge(session, parts, each, descending=descending) if conditions else None
    ids = union_all(*(select(part.c.id) for part in parts)).subquery()
    key: Any = model.__table__.c.id  # type: ignore[attr-defined] # every SQLModel table has it
    query = select(model).where(key.in_(select(ids.c.id)), *conditions)
    if edge is not None:
        query = query.where(key >= edge if descending else key <= edge)
    query = query.order_by(key.desc() if descending else key).limit(limit + 1)
    rows = (await session.scalars(query)).all()
    if len(rows) > limit:
        return Found(rows[:limit], _id(rows[limit - 1]))
    return Found(rows, edge)


def _beginning(branch: Select[Any], each: int, *, descending: bool) -> Any:
    column = next(iter(branch.selected_columns))
    return branch.order_by(column.desc() if descending else column).limit(each).subquery()


async def _edge(
    session: AsyncSession, parts: Sequence[Any], each: int, *, descending: bool
) -> int | None:
    """The last id up to which every branch was read; None when all were read to their ends."""
    ends = union_all(
        *(
            select(
                func.count().label("number"),
                (func.min(part.c.id) if descending else func.max(part.c.id)).label("last"),
            ).select_from(part)
            for part in parts
        )
    )
    cut = [last for number, last in await session.execute(ends) if number == each]
    if not cut:
        return None
    return int(max(cut) if descending else min(cut))


def _id(row: Any) -> int:
    return int(row.id)
