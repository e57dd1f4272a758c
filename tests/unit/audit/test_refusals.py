"""Denied attempts are recorded, and a flood of them is bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.scope import organisation
from backend.audit import Origin, Refusals, Target
from backend.db.audit import AuditEntry
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade

MAIN = organisation("main")
DbSessions = async_sessionmaker[AsyncSession]


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def db_sessions(database_url: str) -> AsyncIterator[DbSessions]:
    engine = create_engine(database_url)
    await upgrade(engine)
    yield create_db_sessions(engine)
    await engine.dispose()


def person(name: str) -> Origin:
    return Origin("main", name, "user", name, "session", "s", "192.0.2.1", "r1")


def pod(name: str) -> Target:
    return Target("pod", name, name, (*MAIN, "cluster", "c1", "ns", "web"))


async def entries(db_sessions: DbSessions) -> list[AuditEntry]:
    async with db_sessions() as db:
        found = await db.execute(select(AuditEntry).order_by(AuditEntry.key))
        return list(found.scalars())


async def test_a_name_no_text_column_takes_is_recorded_with_that_replaced(
    db_sessions: DbSessions,
) -> None:
    await Refusals(db_sessions).record(person("ada"), "get", pod("a\0b"))
    (entry,) = await entries(db_sessions)
    assert (entry.target_id, entry.target) == ("a\ufffdb", "a\ufffdb")


async def test_a_refusal_names_who_what_and_where(db_sessions: DbSessions) -> None:
    await Refusals(db_sessions).record(person("ada"), "delete", pod("api"))
    (entry,) = await entries(db_sessions)
    assert (entry.subject_kind, entry.subject_id, entry.actor) == ("user", "ada", "ada")
    assert (entry.address, entry.request, entry.credential_kind) == ("192.0.2.1", "r1", "session")
    assert (entry.action, entry.decision, entry.outcome) == ("pod:delete", "denied", "refused")
    assert entry.scope == "org/main/cluster/c1/ns/web"


async def test_the_same_again_is_counted_and_written_once(db_sessions: DbSessions) -> None:
    clock = Clock()
    refusals = Refusals(db_sessions, clock)
    for _ in range(1000):
        await refusals.record(person("ada"), "delete", pod("api"))
    await refusals.flush()
    assert [entry.times for entry in await entries(db_sessions)] == [1]
    clock.now += 61
    await refusals.flush()
    await refusals.flush()
    assert sorted(entry.times for entry in await entries(db_sessions)) == [1, 999]


async def test_a_flood_of_many_targets_is_bounded_and_its_size_told(
    db_sessions: DbSessions,
) -> None:
    clock = Clock()
    refusals = Refusals(db_sessions, clock)
    for number in range(2000):
        await refusals.record(person("ada"), "get", pod(f"p{number}"))
    await refusals.flush()
    found = await entries(db_sessions)
    assert len(found) < 50
    (summary,) = [entry for entry in found if entry.action == "activity:omit"]
    assert summary.times + len(found) - 1 == 2000
    await refusals.record(person("eve"), "get", pod("p1"))
    assert any(entry.actor == "eve" for entry in await entries(db_sessions))


async def test_many_strangers_cannot_crowd_out_people(db_sessions: DbSessions) -> None:
    refusals = Refusals(db_sessions, Clock())
    target = Target("session", "", "x", MAIN)
    for number in range(1000):
        origin = Origin("main", "(unknown)", "anonymous", address=f"198.51.100.{number}")
        await refusals.record(origin, "open", target)
    assert len(await entries(db_sessions)) == 100
    await refusals.record(person("ada"), "get", pod("api"))
    assert any(entry.actor == "ada" for entry in await entries(db_sessions))


async def test_a_database_that_refuses_does_not_change_the_answer(database_url: str) -> None:
    engine = create_engine(database_url)  # no table yet
    await Refusals(create_db_sessions(engine)).record(person("ada"), "get", pod("api"))
    await engine.dispose()
