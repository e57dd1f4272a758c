"""Leases: one holder at a time, who has left before the next one comes, or can write no more."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.jobs import Lease, LeaseLost, Leases, Loop, Supervisor
from backend.jobs.tables import JobRecord, LeaseRecord
from backend.omaha.operate.service import open_store
from tests.unit.jobs.replicas import Replica, until

T = TypeVar("T")
TTL = 3.0
LONG = 600.0


async def taken_by_another(replica: Replica) -> None:
    """As another replica's claim leaves the row."""
    async with replica.db_sessions() as session, session.begin():
        await session.execute(
            update(LeaseRecord).values(fence=col(LeaseRecord.fence) + 1, holder="another")
        )


async def write(replica: Replica, key: str) -> None:
    """A transaction of the work: one row, by Core."""
    row = JobRecord(id=key, kind="mark", input="{}").model_dump()
    async with replica.db_sessions() as session, session.begin():
        await session.execute(insert(JobRecord).values(**row))


async def written(replica: Replica) -> list[str]:
    async with replica.db_sessions() as session:
        return list((await session.execute(select(col(JobRecord.id)))).scalars())


async def test_one_holder_at_a_time_each_with_a_higher_fence(database_url: str) -> None:
    one = await Replica(database_url).start()
    inside = 0

    async def work(lease: Lease) -> int:
        nonlocal inside
        inside += 1
        assert inside == 1
        await write(one, f"by {lease.fence}")
        inside -= 1
        return lease.fence

    fences = await asyncio.gather(*(one.jobs.leases.run("x", work, LONG) for _ in range(4)))
    assert sorted(fences) == [1, 2, 3, 4]
    assert sorted(await written(one)) == ["by 1", "by 2", "by 3", "by 4"]
    await one.stop()


async def test_a_lease_that_comes_through_while_one_is_cancelled_is_given_back(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await Replica(database_url).start()
    asked, answered = asyncio.Event(), asyncio.Event()
    once = Leases._once

    async def slow(leases: Leases, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        asked.set()
        await answered.wait()
        return await once(leases, work)

    async def work(lease: Lease) -> int:
        return lease.fence

    monkeypatch.setattr(Leases, "_once", slow)
    waiting = asyncio.create_task(one.jobs.leases.run("x", work, LONG))
    await asked.wait()
    waiting.cancel()
    await asyncio.sleep(0.1)
    answered.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(LONG / 10):
        assert await one.jobs.leases.run("x", work, LONG) == 2
    await one.stop()


async def test_what_is_written_after_the_lease_was_taken_is_refused(database_url: str) -> None:
    """A process that slept through its lease (SIGSTOP) goes on in the middle of its work."""
    outside = contextvars.copy_context()
    one = await Replica(database_url).start()

    async def work(_lease: Lease) -> None:
        await write(one, "mine")
        await asyncio.create_task(taken_by_another(one), context=outside)
        await write(one, "no longer mine")

    with pytest.raises(LeaseLost):
        await one.jobs.leases.run("x", work, LONG)
    assert await written(one) == ["mine"]
    await one.stop()


@pytest.mark.postgres
async def test_a_sweep_of_the_update_service_is_refused_alike(postgres_url: str) -> None:
    outside = contextvars.copy_context()
    one = await Replica(postgres_url).start()
    store = open_store(postgres_url)
    await store.start()
    add = "INSERT INTO job_schedule (name, cron, zone, next_at) VALUES (?, '', '', 0)"

    async def work(_lease: Lease) -> None:
        async with store.transaction() as tx:
            await tx.query(add, "mine")
        await asyncio.create_task(taken_by_another(one), context=outside)
        async with store.transaction() as tx:
            await tx.query(add, "no longer mine")

    with pytest.raises(LeaseLost):
        await one.jobs.leases.run("x", work, LONG)
    assert await store.query("SELECT name FROM job_schedule") == [("mine",)]
    await store.stop()
    await one.stop()


async def test_work_whose_lease_another_took_is_ended(database_url: str) -> None:
    one = await Replica(database_url).start()
    ended = False

    async def work(_lease: Lease) -> None:
        nonlocal ended
        await asyncio.create_task(taken_by_another(one), context=outside)
        try:
            await asyncio.Event().wait()
        finally:
            ended = True

    outside = contextvars.copy_context()
    with pytest.raises(LeaseLost):
        await one.jobs.leases.run("x", work, TTL)
    assert ended
    await one.stop()


class CutOff(Leases):
    """A replica that can reach the database no longer, once it has the lease."""

    cut = False

    async def _once(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        if self.cut:
            raise OSError("no route")
        done = await super()._once(work)
        self.cut = True
        return done


async def test_the_old_holder_has_left_before_the_next_one_comes(database_url: str) -> None:
    """Its work does not end by itself when it is cancelled: it is broken off in time."""
    seen: list[str] = []

    def loop(name: str) -> Loop:
        async def call() -> None:
            seen.append(f"{name} comes")
            try:
                await asyncio.Event().wait()
            finally:
                seen.append(f"{name} leaves")

        return Loop("sweep", call, every=0.01, single=True)

    home = await Replica(database_url).start()
    one, two = Supervisor(), Supervisor()
    one.add(loop("one"), CutOff(home.db_sessions, home.bus, TTL))
    await one.start()
    await until(lambda: bool(seen))
    two.add(loop("two"), Leases(home.db_sessions, home.bus, TTL))
    await two.start()
    await until(lambda: "two comes" in seen, 60)
    assert seen[:3] == ["one comes", "one leaves", "two comes"]
    await one.stop()
    await two.stop()
    await home.stop()


async def test_the_lease_is_kept_while_cancelled_work_is_still_ending(database_url: str) -> None:
    one = await Replica(database_url).start()
    begun, go = asyncio.Event(), asyncio.Event()

    async def work(_lease: Lease) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await go.wait()

    async def expires() -> float:
        async with one.db_sessions() as session:
            return (await session.execute(select(col(LeaseRecord.expires)))).scalar_one()

    running = asyncio.create_task(one.jobs.leases.run("x", work, 2 * TTL))
    await begun.wait()
    running.cancel()
    for _ in range(2):
        before = await expires()
        async with asyncio.timeout(60):
            while await expires() <= before:
                await asyncio.sleep(0.05)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await expires() == 0, "it is given back"
    await one.stop()


@pytest.mark.postgres
async def test_a_single_loop_runs_on_one_replica_and_moves(postgres_url: str) -> None:
    ran: list[str] = []

    def loop(name: str) -> Loop:
        async def call() -> None:
            ran.append(name)

        return Loop("sweep", call, every=0.02, single=True)

    one = await Replica(postgres_url, loop("one")).start()
    await until(lambda: len(ran) > 3)
    two = await Replica(postgres_url, loop("two")).start()
    await asyncio.sleep(0.1)
    assert set(ran) == {"one"}
    await one.stop()
    await until(lambda: "two" in ran)
    await two.stop()
