"""The first rows in order of millions that fit, where those that fit may all be far behind.

Whoever left half a year ago did thousands of things, none of them lately: a walk along the order
reads all that others did since. Each value has an index with the order instead, which tells how far
its first rows reach; the furthest of these is far enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from backend.live.page import After
from backend.live.query import Query
from backend.live.sql_where import Condition, SqlWhere

__all__ = ["reach"]

MOST: Final = 20_000
"""Rows that are gathered at the most."""


@dataclass(frozen=True, slots=True)
class Way:
    """Along which column rows are walked, and from where on."""

    order: sa.ColumnElement[float]
    descending: bool
    begin: Condition

    def until(self, places: Sequence[float]) -> Condition:
        """Up to the first of `places`."""
        return self.order >= max(places) if self.descending else self.order <= min(places)


async def reach(
    session: AsyncSession,
    where: SqlWhere,
    query: Query,
    *,
    number: int,
    after: After | None,
    by: str,
) -> Condition | None:
    """A condition that only rows up to some place pass: all that fit the rarest question, and at
    least `number`, of which other questions may leave fewer. None where it is not worth it, or rows
    are not sorted `by` the column that every value's index has."""
    values = where.known.rarest()
    if values is None or not query.sort or query.sort[0].column != by:
        return None
    if not 0 < sum(map(len, values.values())) * number <= MOST:
        return None
    way = _way(where.fields.elements[by], query.sort[0].descending, after)
    places = [
        await session.scalar(_furthest(where, name, fitting, number, way))
        for name, fitting in values.items()
    ]
    told = [place for place in places if place is not None]
    if not told:
        return None
    end = way.until(told)
    tests = [
        sa.and_(where.fields.elements[name].in_(fitting), end, way.begin)
        for name, fitting in values.items()
    ]
    return sa.or_(*tests, *where.waiting(sa.true()))


def _way(order: sa.ColumnElement[Any], descending: bool, after: After | None) -> Way:
    if after is None:
        return Way(order, descending, sa.true())
    place = after.values[0]
    return Way(order, descending, order <= place if descending else order >= place)


def _furthest(
    where: SqlWhere, name: str, values: tuple[str, ...], number: int, way: Way
) -> sa.Select[Any]:
    """Of the places of each value's `number`-th row, the one that is reached first."""
    asked = sa.values(sa.column("value", sa.String()), name="asked")
    given = asked.data([(value,) for value in values]).cte("given")
    nth = (
        sa.select(way.order)
        .select_from(where.fields.table)
        .where(where.fields.elements[name] == given.c.value, way.begin)
        .order_by(way.order.desc() if way.descending else way.order.asc())
        .limit(1)
        .offset(number - 1)
        .correlate(given)
        .scalar_subquery()
    )
    places = sa.select(nth.label("place")).select_from(given).subquery()
    first = sa.func.max if way.descending else sa.func.min
    return sa.select(first(places.c.place))
