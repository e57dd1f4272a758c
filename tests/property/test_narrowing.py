"""Whoever looks at a part of the estate sees the rows of their own that lie there, with the cells
they see anyway, in memory and in SQL: never a row, a number or a cell more."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from auth.scope import covers, minimal
from auth.verb import Verb
from backend.live.guard import guard_of
from backend.live.memory import MemorySource
from backend.live.sql import SqlSource
from tests.property import oracle
from tests.property.test_lists import CHECKS, NOW, database, fill, parsed, tables, walk
from tests.property.things import ORG, SCOPES, TABLE, THINGS, people, queries

__all__ = ["database"]

parts = st.lists(st.sampled_from(SCOPES), max_size=4).map(minimal)


def narrowed(row, principal, within) -> bool:
    """Whether one of the row's places is the caller's to see and lies in the part."""
    return any(
        oracle.allowed(principal, "thing", Verb.LIST, place)
        and any(covers(one, place) and covers(("org", ORG), one) for one in within)
        for place in oracle.places(row)
    )


async def check(source, rows, words, principal, within):
    query = parsed(words)
    looking = guard_of(replace(principal, within=within), THINGS, Verb.LIST)
    whole = guard_of(principal, THINGS, Verb.LIST)
    assert looking.within(whole)
    there = [row for row in rows if narrowed(row, principal, within)]
    expected, facets = oracle.answer(there, query, principal, NOW)
    found, page = await walk(source, query, looking, 2)
    assert found == expected
    assert page.total == len(expected)
    assert msgspec.to_builtins(page.facets) == facets
    everything, _ = await walk(source, query, whole, 50)
    assert [row for row in everything if row in found] == found


@CHECKS
@given(rows=tables, words=queries, principal=people, within=parts)
def test_rows_in_memory(rows, words, principal, within):
    async def run():
        source = MemorySource(THINGS)
        for row in rows:
            source.put(row)
        await check(source, rows, words, principal, within)

    asyncio.run(run())


@CHECKS
@given(
    rows=tables,
    asked=st.lists(st.tuples(queries, people, parts), min_size=1, max_size=3),
    organisation=st.sampled_from(["", ORG]),
)
def test_rows_in_sql(database, rows, asked, organisation):
    runner, db_sessions = database

    async def run():
        await fill(db_sessions, rows)
        source = SqlSource(THINGS, db_sessions, TABLE, organisation=organisation)
        for words, principal, within in asked:
            await check(source, rows, words, principal, within)

    runner.run(run())
