"""`/api/v1/etcd/{name}/runbooks/…`: which are needed, what each would do, starting, how it goes."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy import select
from sqlmodel import col

from auth import scope
from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.connections.upstreams import Upstreams
from backend.db.session import DbSession
from backend.errors import Conflict, NotFoundProblem
from backend.features.runbooks.beginning import Asking, begin, planned
from backend.features.runbooks.catalogue import Runbooks
from backend.features.runbooks.checks import elsewhere
from backend.features.runbooks.order import Order
from backend.features.runbooks.runbook import Runbook, job_key
from backend.features.runbooks.schemas import (
    Begun,
    Defragmentation,
    Promotion,
    Replacement,
    Room,
    RunbookLine,
    RunbookPlan,
    RunView,
)
from backend.features.runbooks.views import run_view
from backend.http.audited import Audited
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, Requires
from backend.http.stepup import Fresh, require_fresh
from backend.http.versions import IfMatch
from backend.jobs import Jobs, commands
from backend.jobs.tables import JobRecord, StepRow
from backend.parts import part
from backend.settings import Settings
from integrations.contract import IntegrationError
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.look import look

__all__ = ["router"]

Name = Annotated[str, Path(max_length=63)]
RunbookId = Annotated[str, Path(max_length=63)]
JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]

router = APIRouter(
    tags=["key-value: runbooks"], prefix="/etcd/{name}/runbooks", responses=answers(*UPSTREAM)
)


async def store_scope(caller: CurrentPrincipal, name: Name) -> Scope:
    """Where the store lies."""
    return scope.etcd(caller.organisation, name)


Sees: Final = Requires("etcdmember", Verb.GET, store_scope, "etcd connection")
Maintains: Final = Requires("etcdmember", Verb.MAINTAIN, store_scope, "etcd connection")


def _asking(
    *,
    caller: Annotated[Principal, Maintains],
    upstreams: Annotated[Upstreams, part(Upstreams)],
    jobs: Annotated[Jobs, part(Jobs)],
    db: DbSession,
    audit: Audited,
    name: Name,
    if_match: IfMatch = None,
) -> Asking:
    return Asking(upstreams.find(ETCD, name), caller, audit, db, jobs, if_match)


Asked = Annotated[Asking, Depends(_asking, scope="function")]
Known = Annotated[Runbooks, part(Runbooks)]


@router.get("", dependencies=[Sees])
async def list_runbooks(
    name: Name, upstreams: Annotated[Upstreams, part(Upstreams)], runbooks: Known
) -> list[RunbookLine]:
    """The runbooks, and which of them the store needs by the newest poll."""
    connection = upstreams.find(ETCD, name)
    found = []
    for runbook in runbooks.all:
        wrong = runbook.wrong(connection)
        found.append(
            RunbookLine(id=runbook.id, title=runbook.title, needed=wrong.needed, wrong=wrong.words)
        )
    return found


@router.get("/{runbook}")
async def plan_runbook(asking: Asked, runbooks: Known, runbook: RunbookId) -> RunbookPlan:
    """What a runbook would do to the store as its members say it is at this moment."""
    found = _found(runbooks, runbook)
    return await planned(asking, found, _order(asking, found))


@router.post("/defragment", status_code=202, responses=answers(409, 412, 428))
async def start_defragmentation(
    asking: Asked, body: Defragmentation, response: Response, runbooks: Known
) -> Begun:
    """Begin to defragment each member, the leader last. 409 where something that must be so is
    not, or another runbook is under way."""
    found = runbooks.defragment
    order = _order(asking, found, move_leader=body.move_leader, pause=body.pause)
    return await begin(asking, found, order, response)


@router.post(
    "/nospace", status_code=202, dependencies=[Maintains, Fresh], responses=answers(409, 412, 428)
)
async def start_making_room(
    asking: Asked, body: Room, response: Response, runbooks: Known
) -> Begun:
    """Begin to make room in a full store: history goes, each member is defragmented, the alarm is
    taken back, a write proves it. 409 as when defragmenting."""
    found = runbooks.nospace
    return await begin(
        asking, found, _order(asking, found, keep=body.keep, pause=body.pause), response
    )


@router.post(
    "/replace", status_code=202, dependencies=[Maintains, Fresh], responses=answers(409, 412, 428)
)
async def start_replacement(
    asking: Asked, body: Replacement, response: Response, runbooks: Known
) -> Begun:
    """Begin to replace a lost member: it is removed, a new one joins as a learner, is waited for
    and promoted. 409 also where the store would lose its quorum."""
    found = runbooks.replace
    order = _order(
        asking, found,
        member=str(int(body.member, 16)), name=body.name, peer_urls=tuple(body.peer_urls),
    )  # fmt: skip
    return await begin(asking, found, order, response)


@router.post("/promote", status_code=202, responses=answers(409, 412, 428))
async def start_promotion(
    asking: Asked, body: Promotion, response: Response, runbooks: Known
) -> Begun:
    """Give a learner a vote, once it has caught up."""
    found = runbooks.promote
    order = _order(asking, found, member=str(int(body.member, 16)))
    return await begin(asking, found, order, response)


@router.get("/{runbook}/jobs/{job}")
async def read_run(
    asking: Asked, runbooks: Known, runbook: RunbookId, job: JobId, db: DbSession
) -> RunView:
    """How a run goes: what came of each step, and what must be so before those to come."""
    found = _found(runbooks, runbook)
    row = await _row(db, asking, found, job)
    rows = list(await db.scalars(select(StepRow).where(col(StepRow.job_id) == row.id)))
    connection = asking.connection
    seen = None
    if row.state != "succeeded":
        try:
            seen = await look(connection.client, connection.state)
        except IntegrationError:
            seen = None  # what must be so is then not known: the run says what it waits for
    return run_view(found, connection, seen, row, rows, mine=_mine(asking, found, row))


@router.post("/{runbook}/jobs/{job}/resume", status_code=202, responses=answers(409))
async def resume_run(
    *,
    asking: Asked,
    runbooks: Known,
    runbook: RunbookId,
    job: JobId,
    db: DbSession,
    settings: Annotated[Settings, part(Settings)],
) -> Begun:
    """Have a run that was stopped or failed go on: what was done is not done again, and what must
    be so before each step is looked at anew."""
    found = _found(runbooks, runbook)
    row = await _row(db, asking, found, job)
    if found.for_good:
        require_fresh(asking.caller, settings)
    if not _mine(asking, found, row):
        raise Conflict(f"{row.started_by} began it and may have it go on; or begin anew.")
    await _same_cluster(asking, found, row)
    asking.audit.tried(
        "maintain", asking.target, "begun", detail=f"{found.title} goes on", right=Verb.MAINTAIN
    )
    await commands.restart(db, row.id, asking.caller.login)
    return Begun(job=row.id)


def _found(runbooks: Runbooks, runbook: str) -> Runbook[Any]:
    found = runbooks.find(runbook)
    if found is None:
        raise NotFoundProblem("There is no such runbook.")
    return found


def _order(asking: Asking, runbook: Runbook[Any], **options: Any) -> Order:
    caller = asking.caller
    order: Order = runbook.order(
        etcd=asking.connection.name,
        subject=caller.subject,
        credential=caller.credential,
        login=caller.login,
        origin=asking.audit.origin,
        **options,
    )
    return order


async def _row(db: DbSession, asking: Asking, runbook: Runbook[Any], job: str) -> JobRecord:
    """The job, where it is a run of this runbook at this store."""
    row = await commands.get(db, job)
    if row.kind != runbook.job.kind or row.key != job_key(asking.connection.name):
        raise NotFoundProblem("There is no such run, or you may not see it.")
    return row


async def _same_cluster(asking: Asking, runbook: Runbook[Any], row: JobRecord) -> None:
    try:
        seen = await look(asking.connection.client, asking.connection.state)
    except IntegrationError:
        return  # which one it is is not known: the run itself looks before each step
    if words := elsewhere(seen, _given(runbook, row).cluster_id):
        raise Conflict(words)


def _given(runbook: Runbook[Any], row: JobRecord) -> Order:
    order: Order = msgspec.json.decode(row.input, type=runbook.order)
    return order


def _mine(asking: Asking, runbook: Runbook[Any], row: JobRecord) -> bool:
    return bool(_given(runbook, row).subject == asking.caller.subject)
