"""Filters no index serves, at a bounded cost.

A filter that few of millions of rows pass would read them all. So at most `WINDOW` rows of an
indexed order are looked at per page; a page may then hold fewer entries than asked for, or
none, and its cursor goes on behind the last row looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import CompoundSelect

WINDOW: Final = 10_000

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """The entries of a page, and the key to go on after (None: this was the end)."""

    rows: Sequence[Row]
    after: int | None


async def look(
    session: AsyncSession,
    ids: Select[Any] | CompoundSelect[Any],
    model: type[Row],
    conditions: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    descending: bool = False,
) -> Found[Row]:
    """The first `limit` rows of `ids` (a query of ids in no order yet) that pass `conditions`.

    `ids` holds what an index serves, `conditions` the rest.
    """
    reach = WINDOW if conditions else limit + 1
    column = next(iter(ids.selected_columns))
    order = column.desc() if descending else column.asc()
    window = ids.order_by(order).limit(reach).subquery()
    key: Any = model.__table__.c.id  # type: ignore[attr-defined] # every SQLModel table has it
    query = select(model).where(key.in_(select(window.c.id)), *conditions)
    query = query.order_by(key.desc() if descending else key).limit(limit + 1)
    rows = (await session.scalars(query)).all()
    if len(rows) > limit:
        return Found(rows[:limit], _id(rows[limit - 1]))
    if not conditions:
        return Found(rows, None)
    last = func.min(window.c.id) if descending else func.max(window.c.id)
    number, edge = (await session.execute(select(func.count(), last).select_from(window))).one()
    return Found(rows, int(edge) if number == reach else None)


def _id(row: Any) -> int:
    return int(row.id)
