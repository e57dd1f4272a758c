"""Jobs over real processes that are killed, stopped and upgraded: each ends once, nothing of it
happens twice, and another replica goes on. These are small workers with a short lease, so that many
jobs and kills meet; whole consoles are killed in `tests/integration/replicas`."""

from __future__ import annotations

import random
import signal
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import insert

from backend.jobs.tables import JobRecord
from tests.integration.jobs.processes import LIMIT, Fleet
from tests.integration.jobs.worker import COUNT, FIRST, HOLD, LOCK, NEWER, SECOND, Count, Hold

pytestmark = pytest.mark.timeout(600)

JOBS = 60
STEPS = 3


async def start_many(fleet: Fleet, number: int) -> None:
    async with fleet.client.db_sessions() as session, session.begin():
        for _ in range(number):
            await fleet.client.jobs.start(COUNT, Count(STEPS), tx=session)


async def storm(fleet: Fleet, number: int, kills: int, seed: int) -> None:
    """Kill a worker whenever a part of the jobs is done, and start another in its place."""
    dice = random.Random(seed)
    for kill in range(1, kills + 1):
        done = number * kill // (kills + 2)

        async def so_far(done: int = done) -> bool:
            return await fleet.succeeded(COUNT.kind) >= done

        await fleet.until(so_far)
        fleet.kill(dice.choice(fleet.workers))
        await fleet.add()

    async def all_done() -> bool:
        return await fleet.succeeded(COUNT.kind) == number

    await fleet.until(all_done)


async def check(fleet: Fleet, number: int) -> None:
    """Every job ended once, with its own result; no transaction was made twice or left out."""
    rows = await fleet.jobs(COUNT.kind)
    assert Counter((row.state, row.result) for row in rows) == {("succeeded", str(STEPS)): number}
    notes = Counter((job, step) for job, step, _ in await fleet.notes() if step != "tick")
    expected = {(row.id, f"note {n}") for row in rows for n in range(STEPS)}
    assert notes == dict.fromkeys(expected, 1)


@pytest.mark.postgres
async def test_a_storm_of_kills_loses_nothing_and_does_nothing_twice(fleet: Fleet) -> None:
    for _ in range(3):
        await fleet.add()
    await start_many(fleet, JOBS)
    await storm(fleet, JOBS, kills=3, seed=7)
    await check(fleet, JOBS)


async def test_on_sqlite_the_one_process_goes_on_after_each_kill(alone: Fleet) -> None:
    await start_many(alone, 60)
    await alone.add()
    await storm(alone, 60, kills=3, seed=7)
    await check(alone, 60)


@pytest.mark.postgres
async def test_a_stopped_process_that_wakes_after_its_lease_writes_nothing(
    fleet: Fleet, tmp_path: Path
) -> None:
    first = await fleet.add()
    started = await fleet.client.jobs.start(HOLD, Hold(str(tmp_path)))
    await fleet.until((tmp_path / "begun-1").exists)
    first.process.send_signal(signal.SIGSTOP)
    second = await fleet.add()
    await fleet.until((tmp_path / "begun-2").exists)  # once the first one's lease is over
    first.process.send_signal(signal.SIGCONT)
    (tmp_path / "go").touch()  # both go on
    await fleet.until(lambda: first.said("job goes on elsewhere"))
    row = await fleet.client.ended(started.id)
    assert (row.state, row.fence) == ("succeeded", int(row.result))
    assert row.fence >= 2
    notes = await fleet.notes()
    assert [note for note in notes if note[0] == started.id] == [(row.id, "after", row.fence)]
    second.stop()
    again = await fleet.client.jobs.start(COUNT, Count(1))
    assert (await fleet.client.ended(again.id, 120)).state == "succeeded", "it works on"


@pytest.mark.postgres
async def test_a_process_stopped_in_a_transaction_keeps_nobody_from_going_on(
    fleet: Fleet, tmp_path: Path
) -> None:
    """It holds the lock of its job's row, and whoever claims jobs waits for that one."""
    first = await fleet.add()
    started = await fleet.client.jobs.start(LOCK, Hold(str(tmp_path)))
    await fleet.until((tmp_path / "begun-1").exists)
    first.process.send_signal(signal.SIGSTOP)
    await fleet.add()
    (tmp_path / "go").touch()
    row = await fleet.client.ended(started.id, LIMIT)
    assert (row.state, row.fence) == ("succeeded", int(row.result))
    first.process.send_signal(signal.SIGCONT)
    await fleet.until(lambda: first.said("job goes on elsewhere"))
    written = await fleet.notes()
    assert [note for note in written if note[0] == started.id] == [(row.id, "lock", row.fence)]


@pytest.mark.postgres
async def test_older_code_leaves_what_it_does_not_know_to_newer_code(fleet: Fleet) -> None:
    old = await fleet.add(version=1)
    jobs = fleet.client.jobs
    begun = await jobs.start(FIRST, Count())  # by the older code, which parks it half way
    await fleet.client.until(begun.id, lambda row: row.state == "waiting", 120)
    newer = await jobs.start(SECOND, Count())
    unknown = await jobs.start(NEWER, Count())
    known = await jobs.start(COUNT, Count(1))
    assert (await fleet.client.ended(known.id, 120)).state == "succeeded"
    for job in (newer, unknown):
        row = await fleet.client.row(job.id)
        assert (row.state, row.fence, row.error) == ("queued", 0, ""), "untouched by older code"

    await fleet.add(version=2)
    assert (await fleet.client.ended(unknown.id, 120)).state == "succeeded"
    fleet.kill(old)
    for job in (begun, newer):
        await jobs.signal(job.id, "go")
        row = await fleet.client.ended(job.id, 120)
        assert row.result == '"second code"'
    steps = [step for job, step, _ in await fleet.notes() if job == begun.id]
    assert steps == ["one", "two", "three"], "the older code's step was not made again"


async def test_a_kind_nobody_knows_stays_queued(alone: Fleet) -> None:
    row = JobRecord(id="f" * 32, kind="from.elsewhere", input="{}").model_dump()
    async with alone.client.db_sessions() as session, session.begin():
        await session.execute(insert(JobRecord).values(**row))
    await alone.client.jobs.start(COUNT, Count(1))
    await alone.add()

    async def done() -> bool:
        return await alone.succeeded(COUNT.kind) == 1

    await alone.until(done)
    (left,) = await alone.jobs("from.elsewhere")
    assert (left.state, left.fence) == ("queued", 0)
