"""A look at the database that was given up, and goes on beside a new one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from backend.jobs import Job, Run, durable, worker
from backend.jobs.claim import next_due
from backend.jobs.durable import within
from backend.jobs.tables import FINISHED
from tests.unit.jobs.replicas import STEADY, Replica, Text, until


async def test_a_look_that_goes_on_late_takes_nothing_over_the_capacity(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    reached, late, go = asyncio.Event(), asyncio.Event(), asyncio.Event()
    asks, waits = next_due, within

    async def held_once(*given: Any) -> float | None:
        if not reached.is_set():
            reached.set()
            await late.wait()
        return await asks(*given)

    async def impatient_once(work: Any, seconds: float) -> Any:
        return await waits(work, seconds if reached.is_set() else 0.2)

    async def work(run: Run, _given: Text) -> None:
        begun.append(run.id)
        await go.wait()

    job = Job("long", Text, work, limit=10)
    monkeypatch.setattr(worker, "next_due", held_once)
    monkeypatch.setattr(worker, "within", impatient_once)
    one = await Replica(database_url, job, timing=replace(STEADY, capacity=1)).start()
    ids = [(await one.jobs.start(job, Text())).id for _ in range(2)]
    await until(reached.is_set, 60)
    await until(lambda: bool(begun), 60)
    assert durable._unfinished, "the first look is still there"
    late.set()
    await until(lambda: not durable._unfinished, 60)
    assert len(one.jobs.worker._running) == 1
    states = sorted([(await one.row(key)).state for key in ids])
    assert states == ["queued", "running"]
    go.set()
    for key in ids:
        assert (await one.ended(key, 60)).state in FINISHED
    await one.stop()
