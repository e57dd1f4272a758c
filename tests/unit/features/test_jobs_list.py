"""The Jobs page: also what this process' code knows nothing about."""

from __future__ import annotations

from sqlalchemy import insert

from backend.jobs.tables import JobRecord
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
