"""A process that works on jobs, as a replica does; tests stop, kill and restart it.

Usage: `python -m tests.integration.jobs.worker URL LEASE_SECONDS VERSION`. What the jobs do in
the database are rows of `NOTES`, which nothing keeps from being written twice.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from backend.jobs import Declared, Job, Run, Schedule, Timing
from tests.unit.jobs.replicas import Replica

NOTES = sa.Table(
    "note",
    sa.MetaData(),
    sa.Column("job", sa.String(32)),
    sa.Column("step", sa.String(32)),
    sa.Column("fence", sa.Integer),
)


IDLE = 5.0
"""Seconds a worker's transaction may ask nothing."""


class Count(msgspec.Struct):
    """How many pairs of a step and a transaction."""

    steps: int = 3


class Hold(msgspec.Struct):
    """A folder in which the step says that it has begun, and waits for the file `go`."""

    folder: str


async def note(run: Run, step: str) -> None:
    """One row, exactly once."""

    async def write(session: AsyncSession) -> None:
        await session.execute(NOTES.insert().values(job=run.id, step=step, fence=run.fence))

    await run.transaction(step, write)


async def count(run: Run, given: Count) -> int:
    for number in range(given.steps):
        await run.step(f"outside {number}", lambda: asyncio.sleep(0.01))
        await note(run, f"note {number}")
    return given.steps


async def hold(run: Run, given: Hold) -> int:
    folder = Path(given.folder)

    async def wait() -> None:
        (folder / f"begun-{run.fence}").touch()
        while not (folder / "go").exists():
            await asyncio.sleep(0.02)

    await run.step("hold", wait)
    await note(run, "after")
    return run.fence


async def lock(run: Run, given: Hold) -> int:
    """As `hold`, within a transaction: with the job's row locked."""
    folder = Path(given.folder)

    async def write(session: AsyncSession) -> None:
        await session.execute(NOTES.insert().values(job=run.id, step="lock", fence=run.fence))
        (folder / f"begun-{run.fence}").touch()
        while not (folder / "go").exists():
            await asyncio.sleep(0.02)
            await session.execute(sa.select(1))

    await run.transaction("lock", write)
    return run.fence


async def tick(run: Run, _given: Count) -> None:
    await note(run, "tick")


async def first_steps(run: Run, _given: Count) -> str:
    await note(run, "one")
    await run.wait("go", 600)
    await note(run, "three")
    return "first code"


async def second_steps(run: Run, _given: Count) -> str:
    await note(run, "one")
    await run.wait("go", 600)
    await note(run, "two")
    await note(run, "three")
    return "second code"


COUNT = Job("storm.count", Count, count, limit=100)
HOLD = Job("storm.hold", Hold, hold)
LOCK = Job("storm.lock", Hold, lock)
TICK = Job("storm.tick", Count, tick)
FIRST = Job("storm.steps", Count, first_steps)
SECOND = replace(FIRST, run=second_steps, version=2, reads=1)
NEWER = Job("storm.newer", Count, tick)
"""Of a kind that the first code does not know."""


def declared(version: int) -> tuple[Declared, ...]:
    """What a process of this version of the code knows."""
    every = Schedule("ticks", "* * * * * *", TICK, Count())
    steps = (FIRST,) if version == 1 else (SECOND, NEWER)
    return (COUNT, HOLD, LOCK, TICK, every, *steps)


async def main(url: str, lease: str, version: str) -> None:
    """Work until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    timing = Timing(lease=float(lease), flush=0.1, retry=0.1, takeovers=10_000)
    replica = await Replica(url, *declared(int(version)), timing=timing, idle=IDLE).start()
    print("working", flush=True)  # noqa: T201 (the test waits for it)
    await ended.wait()
    await replica.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
