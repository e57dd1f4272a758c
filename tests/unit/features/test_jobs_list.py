"""The Jobs page: also what this process' code knows nothing about."""

from __future__ import annotations

import time

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.jobs.tables import JobRecord, KnownKind, WorkerRecord
from tests.console import ConsoleApp


async def test_a_job_of_unknown_code_is_listed_by_its_kind_and_has_a_page(
    console_on: ConsoleApp,
) -> None:
    """As a newer replica, or somebody's SQL, may leave it: without a title."""
    key = "f" * 32
    row = JobRecord(id=key, kind="from.newer.code", version=7, input="{}", scope="org/main")
    async with console_on.state.db_sessions() as session, session.begin():
        await session.execute(insert(JobRecord).values(**row.model_dump()))
    owner = await console_on.owner()
    asked = {"filter": "title=from.newer.code"}
    listed = (await owner.get("/collections/jobs", params=asked)).json()["rows"]
    assert [(found["key"], found["title"], found["state"]) for found in listed] == [
        (key, "from.newer.code", "queued")
    ]
    page = await owner.get(f"/jobs/{key}")
    assert page.status_code == 200, page.text
    assert (page.json()["kind"], page.json()["state"]) == ("from.newer.code", "queued")


async def test_a_job_that_no_running_console_knows_says_so(console_on: ConsoleApp) -> None:
    """On its page and in the list, until a console comes that knows this version of it."""
    key, kind = "e" * 32, "from.newer.code"
    job = JobRecord(id=key, kind=kind, version=7, input="{}", scope="org/main")
    sessions = console_on.state.db_sessions
    async with sessions() as session, session.begin():
        await session.execute(insert(JobRecord).values(**job.model_dump()))
    owner = await console_on.owner()

    async def reasons() -> set[str]:
        page = (await owner.get(f"/jobs/{key}")).json()["error"]
        listed = await owner.get("/collections/jobs", params={"filter": f"key={key}"})
        return {page, *(row["error"] for row in listed.json()["rows"])}

    vain = {f"Waits: no running console knows jobs of kind {kind}, version 7."}
    assert await reasons() == vain
    async with sessions() as session, session.begin():
        session.add(WorkerRecord(owner="newer", place="other/1", expires=time.time() + 3600))
        await session.flush()
        session.add(KnownKind(owner="newer", kind=kind, version=6, reads=1))
    assert await reasons() == vain, "it knows an older version"
    await known_up_to(sessions, 8)
    assert await reasons() == {""}
    async with sessions() as session, session.begin():
        await session.execute(update(WorkerRecord).values(expires=0.0))
    assert await reasons() == vain, "it is gone"


async def known_up_to(sessions: async_sessionmaker[AsyncSession], version: int) -> None:
    async with sessions() as session, session.begin():
        await session.execute(update(KnownKind).values(version=version))


async def test_consoles_that_ended_without_a_word_are_forgotten(console_on: ConsoleApp) -> None:
    jobs = console_on.state.jobs
    async with jobs.db_sessions() as session, session.begin():
        session.add(WorkerRecord(owner="dead", place="other/1", expires=time.time() - 1))
    await jobs._presence.tell()
    async with jobs.db_sessions() as session:
        found = list((await session.execute(select(WorkerRecord.owner))).scalars())
    assert found == [jobs.owner]
