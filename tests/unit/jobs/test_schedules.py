"""Cron in time zones, each time one job; supervised loops."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from backend.jobs import Job, Loop, Run, Schedule, Supervisor
from backend.jobs import supervisor as supervisors
from backend.jobs.schedules import next_time
from backend.jobs.tables import JobRecord, ScheduleRow
from tests.unit.jobs.replicas import Replica, Text, until


async def nothing(_run: Run, _given: Text) -> None: ...


NIGHTLY = Job("nightly", Text, nothing)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("cron", "zone", "after", "due"),
    [
        ("30 3 * * *", "UTC", "2026-05-01T03:30:00", "2026-05-02T03:30:00"),
        ("30 3 * * *", "Europe/Berlin", "2026-01-10T12:00:00", "2026-01-11T02:30:00"),
        ("30 3 * * *", "Europe/Berlin", "2026-07-10T12:00:00", "2026-07-11T01:30:00"),
        # 02:30 does not exist on 29 March 2026 in Berlin: with the change, at 03:00
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00", "2026-03-29T01:00:00"),
        # 02:30 comes twice on 25 October: once
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00", "2026-10-25T00:30:00"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00", "2026-10-26T01:30:00"),
        ("0 0 1 * *", "UTC", "2026-01-31T00:00:00", "2026-02-01T00:00:00"),
    ],
)
def test_times_are_those_of_the_zone(cron: str, zone: str, after: str, due: str) -> None:
    schedule = Schedule("nightly", cron, NIGHTLY, Text(), zone)
    assert next_time(schedule, at(after)) == at(due)


async def jobs_of(replica: Replica) -> list[JobRecord]:
    async with replica.db_sessions() as session:
        query = select(JobRecord).where(col(JobRecord.schedule) == "nightly")
        return list((await session.execute(query)).scalars())


async def make_due(replica: Replica) -> None:
    async with replica.db_sessions() as session, session.begin():
        await session.execute(update(ScheduleRow).values(next_at=time.time() - 100_000))


async def test_a_missed_time_is_made_up_for_once(database_url: str) -> None:
    schedule = Schedule("nightly", "0 3 * * *", NIGHTLY, Text())
    one = await Replica(database_url, NIGHTLY, schedule).start()
    await make_due(one)
    await one.stop()
    replicas = [await Replica(database_url, NIGHTLY, schedule).start()]
    if "postgresql" in database_url:
        replicas.append(await Replica(database_url, NIGHTLY, schedule).start())
    for replica in replicas:
        replica.jobs.worker._woken.set()
    deadline = time.monotonic() + 60
    while not (found := await jobs_of(replicas[0])) or found[0].state != "succeeded":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    assert len(found) == 1
    async with replicas[0].db_sessions() as session:
        due = (await session.execute(select(col(ScheduleRow.next_at)))).scalar_one()
    assert due > time.time()
    for replica in replicas:
        await replica.stop()


async def test_a_changed_schedule_is_computed_anew_and_another_versions_is_kept(
    database_url: str,
) -> None:
    async def planned(*schedules: Schedule) -> dict[str, str]:
        one = await Replica(database_url, NIGHTLY, *schedules).start()
        async with one.db_sessions() as session:
            rows = (await session.execute(select(ScheduleRow))).scalars().all()
        await one.stop()
        return {row.name: row.cron for row in rows}

    assert await planned(Schedule("a", "0 3 * * *", NIGHTLY, Text())) == {"a": "0 3 * * *"}
    assert await planned(Schedule("a", "0 4 * * *", NIGHTLY, Text())) == {"a": "0 4 * * *"}
    both = {"a": "0 4 * * *", "b": "0 4 * * *"}
    assert await planned(Schedule("b", "0 4 * * *", NIGHTLY, Text())) == both


async def test_a_failing_loop_is_started_again_and_shown_until_it_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisors, "FIRST_PAUSE", 0.01)
    calls = {"broken": 0, "sound": 0}
    allowed = asyncio.Event()

    async def broken() -> None:
        calls["broken"] += 1
        if not allowed.is_set():
            raise ZeroDivisionError

    async def sound() -> None:
        calls["sound"] += 1

    supervisor = Supervisor()
    supervisor.add(Loop("broken", broken, every=0.01))
    await supervisor.start()
    supervisor.add(Loop("sound", sound, every=0.01))
    await until(lambda: calls["broken"] > 2 and calls["sound"] > 2)
    assert "ZeroDivisionError" in supervisor.failing["broken"]
    allowed.set()
    await until(lambda: not supervisor.failing)
    await supervisor.stop()
    with pytest.raises(ValueError, match="two loops"):
        supervisor.add(Loop("sound", sound))
