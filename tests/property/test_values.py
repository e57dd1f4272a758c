"""The record answers by its values what it answers by reading every entry."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel

from auth.role import Verb
from backend.audit.chain import extend
from backend.audit.values import note
from backend.db.audit import AuditEntry, AuditPending, AuditValue
from backend.db.engine import create_db_sessions, create_engine
from backend.features.activity.collections import ACTIVITY, activity_source
from backend.live import sql_newest, sql_reader, sql_values
from backend.live.guard import guard_of
from backend.live.page import read_cursor
from backend.live.parse import parse_query
from backend.live.sql import SqlSource
from tests.people import holding, principal
from tests.roles import OWNER, ROLES

NOW = time.time()
CHECKS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WORDS = ["a", "A", "ab", "Ä", "ä", "%", "_", "\\", "aB%", "é_ä", "ẞ", "İ", "'", "zz", "shop"]
texts = st.lists(st.sampled_from(WORDS), max_size=3).map("".join)
FILTERED = ("actor", "action", "target", "outcome", "detail")
entries = st.fixed_dictionaries(
    {
        "at": st.sampled_from([1.0, 2.0, 2.5, 3.0]),
        "scope": st.sampled_from(["org/main", "org/main/cluster/c/ns/shop"]),
        **dict.fromkeys(FILTERED, texts),
    }
)
filters = st.builds(
    lambda name, op, word: f"{name}{op}{word}",
    st.sampled_from(FILTERED),
    st.sampled_from(["=", "!=", "~", "!~", "^="]),
    st.sampled_from(WORDS),
)
questions = st.fixed_dictionaries(
    {
        "filters": st.lists(filters, max_size=2),
        "q": st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join),
        "sort": st.sampled_from([[], ["-at"], ["at"], ["actor"]]),
        "facets": st.sampled_from([[], ["actor", "outcome"]]),
    }
)
PEOPLE = {
    "all": holding((OWNER, ("org", "main"))),
    "shop": holding((ROLES["auditor"], ("org", "main", "cluster", "c", "ns", "shop"))),
}
TABLES = [
    SQLModel.metadata.tables[one.__tablename__] for one in (AuditEntry, AuditPending, AuditValue)
]


@pytest.fixture
def database(empty_database_url: str) -> Any:
    """The record's tables without the triggers, so that each example begins with none."""
    engine = create_engine(empty_database_url)
    with asyncio.Runner() as runner:

        async def make() -> None:
            async with engine.begin() as connection:
                await connection.run_sync(
                    lambda sync: SQLModel.metadata.create_all(sync, tables=TABLES)
                )

        runner.run(make())
        yield runner, create_db_sessions(engine)
        runner.run(engine.dispose())


async def fill(db_sessions: Any, given: list[dict[str, Any]], noted: int) -> None:
    """Entries, the first of which are noted and the others wait."""
    rows = [
        AuditEntry(**AuditEntry.at_now("main").model_dump() | one | {"key": f"k{n:02d}"})
        for n, one in enumerate(given)
    ]
    async with db_sessions() as db, db.begin():
        for table in TABLES:
            await db.execute(table.delete())
        db.add_all(rows)
        db.add_all(AuditPending(key=row.key) for row in rows[noted:])
        await db.flush()
        if rows[:noted]:
            await note(db, rows[:noted])


async def every(source: SqlSource, query: Any, guard: Any, limit: int) -> tuple[list[Any], Any]:
    rows, after, first = [], None, None
    while True:
        page = await source.page(query, guard, limit=limit, after=after, now=NOW)
        first = first or page
        rows += page.rows
        if page.next is None:
            return rows, (first.total, first.total_exact, first.facets)
        after = read_cursor(ACTIVITY, query, page.next)


@CHECKS
@given(
    rows=st.lists(entries, max_size=14),
    waiting=st.integers(0, 3),
    asked=st.lists(questions, min_size=1, max_size=3),
    limit=st.sampled_from([1, 2, 50]),
    bounds=st.sampled_from([(0, 2000, 20_000), (0, 3, 20_000), (2000, 2000, 0), (0, 2000, 4)]),
)
def test_values_answer_as_entries_do(
    database: Any, monkeypatch: pytest.MonkeyPatch, *, rows: Any, waiting: int, asked: Any,
    limit: int, bounds: tuple[int, int, int],
) -> None:  # fmt: skip
    runner, db_sessions = database
    few, values, gathered = bounds
    monkeypatch.setattr(sql_reader, "FEW", few)
    monkeypatch.setattr(sql_values, "MOST", values)
    monkeypatch.setattr(sql_newest, "MOST", gathered)

    async def run() -> None:
        await fill(db_sessions, rows, max(0, len(rows) - waiting))
        by_values = activity_source(db_sessions, "main")
        by_entries = SqlSource(ACTIVITY, db_sessions, AuditEntry, organisation="main")
        for one in asked:
            query = parse_query(ACTIVITY, labels="", **one)
            for policy in PEOPLE.values():
                guard = guard_of(principal(policy), ACTIVITY, Verb.LIST)
                expected = await every(by_entries, query, guard, limit)
                assert await every(by_values, query, guard, limit) == expected

    runner.run(run())


async def test_whoever_left_is_found_behind_all_that_others_did(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first rows of many that lie far behind are read by their value's index."""
    monkeypatch.setattr(sql_reader, "FEW", 0)
    engine = create_engine(database_url)
    db_sessions = create_db_sessions(engine)
    async with db_sessions() as db, db.begin():
        for n in range(40):
            values = {"key": f"k{n:02d}", "at": float(n), "actor": "gone" if n < 9 else "here"}
            db.add(AuditEntry(**AuditEntry.at_now("main").model_dump() | values))
    source = activity_source(db_sessions, "main")
    guard = guard_of(principal(PEOPLE["all"]), ACTIVITY, Verb.LIST)
    query = parse_query(ACTIVITY, filters=[], labels="", q="gone", sort=[], facets=[])
    async with db_sessions() as db, db.begin():
        while await extend(db):
            pass
    read: list[str] = []
    sa.event.listen(engine.sync_engine, "before_cursor_execute", lambda *call: read.append(call[2]))
    page = await source.page(query, guard, limit=3, after=None, now=NOW)
    assert [row.key for row in page.rows] == ["k08", "k07", "k06"]
    assert page.total == 9
    rows = [one for one in read if "audit_entry.detail" in one]
    assert len(rows) == 1  # found at the first attempt: nothing was walked
    assert "actor IN" in rows[0]
    await engine.dispose()
