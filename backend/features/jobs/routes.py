"""`/api/v1/jobs`: one job with its steps and log, and cancelling it. Lists are the collection."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from auth.principal import Principal
from auth.scope import parse
from auth.verb import Verb
from backend.audit import Target
from backend.db.session import DbSession
from backend.features.jobs import repository
from backend.features.jobs.rights import KIND
from backend.features.jobs.schemas import JobView
from backend.http.audited import Audited
from backend.http.guard import Decides, require
from backend.jobs import commands
from backend.jobs.tables import JobRecord

__all__ = ["router"]

router = APIRouter(tags=["jobs"])

Caller = Annotated[
    Principal, Decides("the right to get or cancel jobs at what it works on, or having started it")
]
JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


@router.get("/jobs/{job_id}")
async def get_job(job_id: JobId, caller: Caller, db: DbSession) -> JobView:
    """A job with its steps and the end of its log."""
    row = await commands.get(db, job_id)
    _require(caller, Verb.GET, row)
    return await repository.view(db, row, may_cancel=_may(caller, Verb.CANCEL, row))


@router.post("/jobs/{job_id}/cancel", status_code=202)
async def cancel_job(job_id: JobId, caller: Caller, db: DbSession, audit: Audited) -> JobView:
    """Have a job stop soon and undo what it did; 409 when it is finished."""
    row = await commands.get(db, job_id)
    _require(caller, Verb.CANCEL, row)
    row = await commands.cancel(db, job_id, caller.login)
    audit.did("cancel", Target(KIND, row.id, row.title or row.kind, parse(row.scope)))
    return await repository.view(db, row, may_cancel=True)


def _may(caller: Principal, verb: Verb, row: JobRecord) -> bool:
    """By right at what the job works on, as its row in the list; a login is no key, so having
    started it is no right of its own."""
    return caller.policy.decide(KIND, verb, parse(row.scope)).allowed


def _require(caller: Principal, verb: Verb, row: JobRecord) -> None:
    if not _may(caller, verb, row):
        require(caller, KIND, verb, parse(row.scope))
