"""A process may die before or after any statement or commit: the job goes on, nothing twice."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.audit import AuditEntry
from backend.db.engine import create_engine
from backend.db.migrate import upgrade
from backend.jobs import Job, Run
from tests.unit.jobs.replicas import Replica, Text, value

AT_ONCE = 4


class Died(BaseException):
    """The process is gone."""


class Death:
    """Ends all of a replica's work in the database at its `at`-th statement or commit."""

    def __init__(self, replica: Replica, at: int) -> None:
        self.left = at
        self.happened = asyncio.Event()
        for engine in (replica.engine, replica.jobs._engine):
            if not event.contains(engine.sync_engine, "commit", self._commit):
                event.listen(engine.sync_engine, "before_cursor_execute", self._statement)
                event.listen(engine.sync_engine, "commit", self._commit)

    def _statement(self, _c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SELECT min(", "SELECT 1")):  # looks at what is due
            self._count()

    def _commit(self, _connection: Any) -> None:
        self._count()

    def _count(self) -> None:
        self.left -= 1
        if self.left <= 0:
            self.happened.set()
            raise Died


def story(kind: str, effects: list[str]) -> Job[Text, str]:
    """A step, an exactly-once transaction, a signal, another step."""

    async def work(run: Run, _given: Text) -> str:
        await run.step("before", value("b"))
        run.progress(1, 3, "under way")

        async def note(session: AsyncSession) -> str:
            fields = {"actor": kind, "action": "x", "outcome": "success"}
            session.add(AuditEntry.at_now("main", **fields))
            return "noted"

        noted = await run.transaction("note", note, returns=str)
        said = await run.wait("say", 600, returns=str)

        async def outside() -> str:
            effects.append(run.key("outside"))
            return "out"

        return f"{noted} {said} {await run.step('outside', outside, returns=str)}"

    return Job(kind, Text, work)


async def live_through(url: str, at: int) -> bool:
    """Run the story, dying at the `at`-th point; whether that point was reached."""
    effects: list[str] = []
    job = story(f"story-{at}", effects)
    first = Replica(url, job)
    started = await first.jobs.start(job, Text())
    await first.jobs.signal(started.id, "say", "hello")
    death = Death(first, at)
    finished = asyncio.create_task(_run_until_over(first, started.id, death))
    await finished
    await first.vanish()
    second = Replica(url, job)
    await second.leases_end()
    await second.start(migrate=False)
    row = await second.ended(started.id)
    steps = await second.steps(started.id)
    async with second.db_sessions() as session:
        query = select(func.count()).where(col(AuditEntry.actor) == job.kind)
        noted = (await session.execute(query)).scalar_one()
    await second.stop()
    assert (row.state, row.result) == ("succeeded", '"noted hello out"'), (at, row)
    assert noted == 1, at
    assert [(step.name, step.state) for step in steps] == [
        ("before", "done"), ("note", "done"), ("wait say", "done"), ("outside", "done"),
    ], at  # fmt: skip
    assert len(set(effects)) == 1
    assert len(effects) <= 2
    return death.happened.is_set()


async def _run_until_over(replica: Replica, job_id: str, death: Death) -> None:
    reader = create_engine(replica.url)
    watch = asyncio.create_task(death.happened.wait())
    try:
        await replica.start(migrate=False)
    except (Exception, Died):  # noqa: BLE001 (it died while starting)
        watch.cancel()
        await reader.dispose()
        return
    while not death.happened.is_set():
        async with reader.connect() as connection:
            found = await connection.exec_driver_sql(f"SELECT state FROM job WHERE id = '{job_id}'")
            if found.scalar_one() == "succeeded":
                break
        await asyncio.wait({watch}, timeout=0.05)
    watch.cancel()
    await reader.dispose()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.timeout(600)
async def test_every_point_of_a_job_may_be_its_process_s_last(
    database_url: str, tmp_path: Path
) -> None:
    engine = create_engine(database_url)
    await upgrade(engine)
    await engine.dispose()
    reached, at = True, 1
    together = 1 if "sqlite" in database_url else AT_ONCE
    while reached:
        batch = range(at, at + together)
        urls = [_own(database_url, tmp_path, n) for n in batch]
        done = await asyncio.gather(*map(live_through, urls, batch))
        reached, at = all(done), at + together
        assert at < 120, "it never came through"
    assert at > 24, "the story has more points than that"


def _own(url: str, folder: Path, number: int) -> str:
    """A file of its own on SQLite, where a process works alone."""
    if "sqlite" not in url:
        return url
    copy = folder / f"{number}.db"
    shutil.copy(folder / "test.db", copy)
    return f"sqlite+aiosqlite:///{copy}"
