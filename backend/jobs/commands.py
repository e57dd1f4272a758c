"""What is said to jobs from outside: start, cancel, signal."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.scope import Scope, render
from backend.errors import Conflict, NotFoundProblem
from backend.jobs.clock import clock
from backend.jobs.job import Job
from backend.jobs.records import add_log, affected, wake
from backend.jobs.tables import JobRecord, SignalRow, StepRow

__all__ = ["Start", "Started", "cancel", "get", "restart", "signal", "start"]


class Started(NamedTuple):
    """The job's id, and whether it is a new one (False: its key names an unfinished one)."""

    id: str
    new: bool


@dataclass(frozen=True, slots=True)
class Start:
    """How to start a job. `key`: one unfinished job of it at a time. `scope` says whose rights
    show it; `by` is the login of who started it."""

    key: str | None = None
    delay: float = 0.0
    scope: Scope = ()
    by: str = ""
    schedule: str | None = None


async def start(
    session: AsyncSession, job: Job[Any, Any], given: Any, how: Start, organisation: str
) -> Started:
    """Add a job in the session's transaction."""
    if how.key is not None:
        held = await unfinished(session, how.key)
        if held is not None:
            return Started(held, new=False)
    scope = how.scope or ("org", organisation)
    segments = dict(zip(scope[::2], scope[1::2], strict=False))
    row = {
        "id": uuid.uuid4().hex, "kind": job.kind, "version": job.version,
        "lane": job.lane(given)[:256], "key": how.key, "schedule": how.schedule,
        "title": job.title(given)[:512], "input": msgspec.json.encode(given).decode(),
        "due": clock() + how.delay, "created": clock(), "updated": clock(),
        "started_by": how.by[:128], "organisation": organisation, "scope": render(scope),
        "cluster": segments.get("cluster", ""), "namespace": segments.get("ns", ""),
    }  # fmt: skip
    defaults = JobRecord(id="", kind="", input="").model_dump()
    if how.key is None:
        await session.execute(insert(JobRecord).values(**defaults | row))
    else:
        await _insert_once(session, defaults | row)
        held = await unfinished(session, how.key)
        if held != row["id"]:
            return Started(held or "", new=False)
    wake(session, str(row["id"]))
    return Started(str(row["id"]), new=True)


async def _insert_once(session: AsyncSession, values: dict[str, Any]) -> None:
    """Insert unless another transaction was faster with the same key, which is waited for."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    upsert = postgresql.insert if on_postgres else sqlite.insert
    await session.execute(upsert(JobRecord).values(**values).on_conflict_do_nothing())


async def unfinished(session: AsyncSession, key: str) -> str | None:
    query = select(col(JobRecord.id)).where(
        col(JobRecord.key) == key, col(JobRecord.finished).is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def get(session: AsyncSession, job_id: str) -> JobRecord:
    """The job as it stands; `NotFoundProblem`."""
    row = await session.get(JobRecord, job_id, populate_existing=True)
    if row is None:
        raise NotFoundProblem("There is no such job, or you may not see it.")
    return row


async def cancel(session: AsyncSession, job_id: str, by: str = "") -> JobRecord:
    """Have a job stop soon and undo what it did; one that never ran is cancelled at once.
    `Conflict` when it is finished. Cancelling twice is once."""
    parked = col(JobRecord.state).in_(("queued", "waiting"))
    fresh = sa.and_(parked, col(JobRecord.fence) == 0)
    done = await session.execute(
        update(JobRecord)
        .where(col(JobRecord.id) == job_id, col(JobRecord.finished).is_(None))
        .values(
            cancelling=True,
            state=sa.case((fresh, "cancelled"), (parked, "queued"), else_=col(JobRecord.state)),
            finished=sa.case((fresh, clock()), else_=None),
            due=sa.case((parked, clock()), else_=col(JobRecord.due)),
            updated=clock(),
        )
        .execution_options(synchronize_session=False)
    )
    row = await get(session, job_id)
    if not affected(done):
        raise Conflict(f"The job is finished: it is {row.state}.")
    await add_log(session, job_id, ("info", f"{by or 'The console'} asked to cancel it."))
    wake(session, job_id)
    return row


async def signal(session: AsyncSession, job_id: str, name: str, payload: Any) -> None:
    """Say something to a job. It is kept until a wait for `name` takes it; a job that is parked
    for it goes on at once. `Conflict` when the job is finished."""
    parked = sa.and_(col(JobRecord.state) == "waiting", col(JobRecord.waits_for) == name)
    locked = await session.execute(
        update(JobRecord)
        .where(col(JobRecord.id) == job_id, col(JobRecord.finished).is_(None))
        .values(
            state=sa.case((parked, "queued"), else_=col(JobRecord.state)),
            due=sa.case((parked, clock()), else_=col(JobRecord.due)),
            updated=clock(),
        )
        .execution_options(synchronize_session=False)
    )
    if not affected(locked):
        row = await get(session, job_id)
        raise Conflict(f"The job is finished: it is {row.state}.")
    text = msgspec.json.encode(payload).decode()
    values = {"job_id": job_id, "name": name, "payload": text, "created": clock(), "taken": False}
    await session.execute(insert(SignalRow).values(**values))
    wake(session, job_id)


async def restart(session: AsyncSession, job_id: str, by: str = "") -> JobRecord:
    """Go on with a job that failed or was cancelled: steps that are done are not done again.
    `Conflict` when it is unfinished or succeeded, or another unfinished one has its key."""
    row = await get(session, job_id)
    other = await unfinished(session, row.key) if row.key else None
    if other is not None and other != job_id:
        raise Conflict("Another job for the same thing is unfinished.", job_id=other)
    done = await session.execute(
        update(JobRecord)
        .where(col(JobRecord.id) == job_id, col(JobRecord.state).in_(("failed", "cancelled")))
        .values(
            state="queued", phase="run", finished=None, cancelling=False, error="", attempt=1,
            takeovers=0, due=clock(), updated=clock(), started_by=by or row.started_by,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if not affected(done):
        raise Conflict(f"There is nothing to resume: the job is {row.state}.")
    await session.execute(
        delete(StepRow).where(
            col(StepRow.job_id) == job_id,
            sa.or_(col(StepRow.phase) == "undo", col(StepRow.state) != "done"),
        )
    )
    await add_log(session, job_id, ("info", f"{by or 'The console'} had it go on."))
    wake(session, job_id)
    return await get(session, job_id)
