"""Any rows, any query, any policy: memory and SQL give the same right answer."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import async_sessionmaker

from auth.role import Verb
from backend.db.engine import create_engine
from backend.live import sql_reader
from backend.live.guard import guard_of
from backend.live.memory import MemorySource
from backend.live.page import read_cursor
from backend.live.parse import parse_query
from backend.live.sql import SqlSource
from tests.property import oracle
from tests.property.things import (
    METADATA,
    ORG,
    TABLE,
    THINGS,
    people,
    queries,
    things,
)

NOW = time.time()
CHECKS = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
tables = st.lists(things, max_size=12, unique_by=lambda row: row.key)


def parsed(words):
    return parse_query(
        THINGS,
        filters=words["filter"],
        labels=words["labels"],
        q=words["q"],
        sort=words["sort"],
        facets=words["facet"],
    )


async def walk(source, query, guard, limit):
    """Every page by its cursor, and the first page's totals."""
    rows, after, first = [], None, None
    while True:
        page = await source.page(query, guard, limit=limit, after=after, now=NOW)
        first = first or page
        rows += page.rows
        if page.next is None:
            return rows, first
        assert len(page.rows) == limit
        after = read_cursor(THINGS, query, page.next)


async def check(source, rows, words, principal, limit):
    query, guard = parsed(words), guard_of(principal, THINGS, Verb.LIST)
    expected, facets = oracle.answer(rows, query, principal, NOW)
    found, page = await walk(source, query, guard, limit)
    assert found == expected
    assert page.total == len(expected)
    assert page.total_exact
    assert msgspec.to_builtins(page.facets) == facets
    whole = [row async for piece in source.all_rows(query, guard, now=NOW) for row in piece]
    assert whole == expected
    for row in rows:
        held = await source.row(row.key, guard)
        seen = oracle.shown(row, principal) if oracle.visible(row, principal) else None
        assert held == seen


@CHECKS
@given(rows=tables, words=queries, principal=people, limit=st.sampled_from([1, 2, 50]))
def test_memory_answers_right(rows, words, principal, limit):
    async def run():
        source = MemorySource(THINGS)
        for row in rows:
            source.put(row)
        await check(source, rows, words, principal, limit)

    asyncio.run(run())


@pytest.fixture
def database(database_url):
    with asyncio.Runner() as runner:
        engine = create_engine(database_url)

        async def make():
            async with engine.begin() as connection:
                await connection.run_sync(METADATA.create_all)

        runner.run(make())
        yield runner, async_sessionmaker(engine, expire_on_commit=False)
        runner.run(engine.dispose())


async def fill(db_sessions, rows):
    async with db_sessions() as session, session.begin():
        await session.execute(TABLE.delete())
        if rows:
            await session.execute(TABLE.insert(), [stored(row) for row in rows])


def stored(row):
    values = msgspec.structs.asdict(row)
    if row.seen is not None:
        values["seen"] = datetime.fromtimestamp(row.seen, UTC)
    return values


@CHECKS
@given(
    rows=tables,
    asked=st.lists(st.tuples(queries, people), min_size=1, max_size=4),
    limit=st.sampled_from([1, 2, 50]),
    few=st.sampled_from([0, 3, sql_reader.FEW]),
    organisation=st.sampled_from(["", ORG]),
)
def test_sql_answers_as_memory_does(
    database, monkeypatch, *, rows, asked, limit, few, organisation
):
    runner, db_sessions = database
    monkeypatch.setattr(sql_reader, "FEW", few)  # rows in an index's order, and gathered ones

    async def run():
        await fill(db_sessions, rows)
        source = SqlSource(THINGS, db_sessions, TABLE, organisation=organisation)
        for words, principal in asked:
            await check(source, rows, words, principal, limit)

    runner.run(run())
