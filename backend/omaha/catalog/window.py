"""Filters no index serves, at a bounded cost.

A filter that few of millions of rows pass would read them all. So at most `WINDOW` rows of an
indexed order are looked at per page; a page may then hold fewer entries than asked for, or
none, and its cursor goes on behind the last row looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

WINDOW: Final = 10_000

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """The entries of a page, and the key to go on after (None: this was the end)."""

    rows: Sequence[Row]
    after: int | None


Conditions = Callable[[Any], Sequence[ColumnElement[bool]]]
"""What no index serves, of an entity with the model's columns."""


async def look(
    session: AsyncSession,
    branches: Sequence[Select[Any]],
    model: type[Row],
    conditions: Conditions,
    *,
    limit: int,
    descending: bool = False,
) -> Found[Row]:
    """The first `limit` rows by id, of those the branches select, that pass `conditions`.

    A branch selects the model's rows in one range of an index, in which they lie in order of
    id; branches do not overlap. Of each only the beginning is read, and nothing is joined
    with the table again, so that the cost does not depend on the planner's guesses
    (PostgreSQL 15 would sort a whole union, or walk the primary key to meet its ids).
    """
    filtered = bool(conditions(model))
    each = max(limit + 1, WINDOW // len(branches)) if filtered else limit + 1
    parts = [_beginning(branch, each, descending=descending) for branch in branches]
    edge = await _edge(session, parts, each, descending=descending) if filtered else None
    union = union_all(*(select(part) for part in parts)).subquery()
    entity: Any = aliased(model, union, adapt_on_names=True)
    query = select(entity).where(*conditions(entity))
    if edge is not None:
        query = query.where(entity.id >= edge if descending else entity.id <= edge)
    query = query.order_by(entity.id.desc() if descending else entity.id).limit(limit + 1)
    rows = (await session.scalars(query)).all()
    if len(rows) > limit:
        return Found(rows[:limit], _id(rows[limit - 1]))
    return Found(rows, edge)


def _beginning(branch: Select[Any], each: int, *, descending: bool) -> Any:
    column = branch.selected_columns.id
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
