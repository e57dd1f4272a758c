"""Questions about the texts of a large table, asked of its different values first.

A table of a million rows has some thousand different texts in most of its columns. Which of them
hold a word is found out in milliseconds, and the rows that have one of these by index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from backend.live.column import Op
from backend.live.query import Query
from backend.live.sql_known import Asked, Known, Values
from backend.live.sql_where import Condition, SqlWhere

__all__ = ["ValueIndex", "known"]

MOST: Final = 2000
"""Values, and waiting rows, that stand for a question: instead of more, rows are read."""
_ASKED: Final = frozenset({Op.NE, Op.NOT_IN, Op.HAS, Op.LACKS, Op.BEGINS})
"""What the table's own indexes do not serve."""
_KEPT: Final = "values known"


@dataclass(frozen=True, slots=True)
class ValueIndex:
    """`table` has a row (`field`, `value`) for every text that some row has in one of `fields`, but
    for the rows whose `key` is in `waiting`: those are looked at one by one. Each field has an
    index with `order`, the first sort column by default."""

    table: sa.FromClause
    waiting: sa.FromClause
    fields: frozenset[str]
    order: str


async def known(session: AsyncSession, index: ValueIndex, where: SqlWhere, query: Query) -> Known:
    """What the values tell of the questions of `query`, found out once for all statements of
    `session`. Waiting rows are asked for first: what is noted meanwhile is among the values."""
    asked = _questions(index, where, query)
    if not asked:
        return Known()
    kept: dict[Asked, Values | None] = session.info.setdefault(_KEPT, {})
    waiting = session.info.get(index)
    if waiting is None:
        waiting = session.info[index] = await _waiting(session, index)
    if len(waiting) > MOST:
        return Known()
    for one, (names, test) in asked.items():
        if one not in kept:
            kept[one] = await _fitting(session, index, names, test)
    return Known({one: found for one in asked if (found := kept[one]) is not None}, waiting)


def _questions(
    index: ValueIndex, where: SqlWhere, query: Query
) -> dict[Asked, tuple[Iterable[str], Condition]]:
    """The questions that values answer: of which fields, and what is asked of a value."""
    value = index.table.c.value
    found: dict[Asked, tuple[Iterable[str], Condition]] = {}
    for one in query.filters:
        if one.op in _ASKED and one.column in index.fields and None not in one.values:
            found[one] = [one.column], where.over(value, [one.column]).filter(one)
    searched = {column.id for column in where.fields.collection.searched}
    if searched <= index.fields:
        for word in query.words:
            found[word] = searched, where.over(value, searched).word(word, sorted(searched)[:1])
    return found


async def _waiting(session: AsyncSession, index: ValueIndex) -> tuple[str, ...]:
    keys = sa.select(index.waiting.c.key).limit(MOST + 1)
    return tuple((await session.execute(keys)).scalars())


async def _fitting(
    session: AsyncSession, index: ValueIndex, names: Iterable[str], test: Condition
) -> Values | None:
    """The values of the fields `names` that pass `test`; None for too many."""
    kind, value = index.table.c.field, index.table.c.value
    statement = sa.select(kind, value).where(kind.in_(sorted(names)), test).limit(MOST + 1)
    rows = (await session.execute(statement)).all()
    if len(rows) > MOST:
        return None
    found: dict[str, list[str]] = {}
    for name, text in rows:
        found.setdefault(name, []).append(text)
    return {name: tuple(texts) for name, texts in found.items()}
