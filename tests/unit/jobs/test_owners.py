"""Who works on a job when replicas come, go, and stall."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from backend.jobs import Job, Run, Timing
from backend.jobs.tables import JobRecord
from tests.unit.jobs.replicas import STEADY, Replica, Text, until, value


def patient(begun: list[str], go: asyncio.Event) -> Job[Text, str]:
    async def work(run: Run, _given: Text) -> str:
        begun.append(f"fence {run.fence}")
        await run.step("first", value(run.fence))
        await run.step("long", go.wait)
        return f"ended by {run.fence}"

    return Job("patient", Text, work)


@pytest.mark.postgres
async def test_a_stopped_replica_hands_over_at_once(postgres_url: str) -> None:
    begun: list[str] = []
    go = asyncio.Event()
    job = patient(begun, go)
    one = await Replica(postgres_url, job).start()  # its lease is long: only a hand-over is quick
    started = await one.jobs.start(job, Text())
    await until(lambda: bool(begun))
    two = await Replica(postgres_url, job).start()
    await one.stop()
    await until(lambda: len(begun) == 2)
    go.set()
    row = await two.ended(started.id)
    assert (row.result, row.takeovers, row.attempt) == ('"ended by 2"', 0, 1)
    await two.stop()


@pytest.mark.postgres
async def test_a_dead_replica_s_jobs_are_taken_over(postgres_url: str) -> None:
    begun: list[str] = []
    go = asyncio.Event()
    job = patient(begun, go)
    one = await Replica(postgres_url, job).start()
    started = await one.jobs.start(job, Text())
    await until(lambda: bool(begun))
    two = await Replica(postgres_url, job).start()
    await one.vanish()
    await two.leases_end()
    await until(lambda: len(begun) == 2)
    go.set()
    row = await two.ended(started.id)
    assert (row.state, row.takeovers, row.fence) == ("succeeded", 0, 2)
    assert any("goes on here" in line for line in await two.lines(started.id))
    await two.stop()


@pytest.mark.postgres
async def test_a_stalled_owner_s_writes_are_refused(postgres_url: str) -> None:
    """As after SIGSTOP: it wakes up behind its lease and goes on as if nothing had been."""
    begun: list[str] = []
    go = asyncio.Event()
    job = patient(begun, go)
    one = await Replica(postgres_url, job).start()
    started = await one.jobs.start(job, Text())
    await until(lambda: bool(begun))
    await one.until(started.id, lambda row: row.fence == 1)
    await one.leases_end()
    two = await Replica(postgres_url, job).start()
    await until(lambda: len(begun) == 2)
    go.set()  # both go on at once
    row = await two.ended(started.id)
    assert row.result == '"ended by 2"'
    steps = await two.steps(started.id)
    assert [(step.name, step.fence) for step in steps] == [("first", 1), ("long", 2)]
    await until(lambda: not one.jobs.worker._running)
    assert (await two.row(started.id)).result == '"ended by 2"'
    await one.stop()
    await two.stop()


async def test_a_job_that_ends_its_process_again_and_again_is_given_up(
    database_url: str,
) -> None:
    async def work(_run: Run, _given: Text) -> None:
        raise AssertionError

    job = Job("poison", Text, work)
    one = Replica(database_url, job)
    await one.start()
    started = await one.jobs.start(job, Text(), delay=600)
    async with one.db_sessions() as session, session.begin():
        await session.execute(
            update(JobRecord).values(state="running", lease_until=0.0, takeovers=STEADY.takeovers)
        )
    one.jobs.worker._woken.set()
    row = await one.ended(started.id)
    assert row.state == "failed"
    assert "ended 6 times in a row" in row.error
    await one.stop()


@pytest.mark.postgres
async def test_an_owner_without_a_database_gives_up_before_its_lease_ends(
    postgres_url: str,
) -> None:
    begun: list[str] = []
    left = asyncio.Event()

    async def work(run: Run, _given: Text) -> None:
        begun.append(run.id)
        try:
            await asyncio.Event().wait()
        finally:
            left.set()

    job = Job("patient", Text, work)
    one = await Replica(postgres_url, job, timing=Timing(lease=3.0, retry=0.05)).start()
    await one.jobs.start(job, Text())
    await until(lambda: bool(begun))

    async def away(_began: float) -> None:
        raise OSError("no route")

    one.jobs.worker._renew = away  # type: ignore[method-assign]
    async with asyncio.timeout(60):
        await left.wait()
    await one.vanish()
