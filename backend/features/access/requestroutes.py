"""`/api/v1/access-requests`: ask, see one's own, withdraw, decide."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.role import Verb
from auth.scope import InvalidScopeError, Scope, organisation, parse
from backend.db.requests import AccessRequestRecord
from backend.db.session import DbSession, DbSessions
from backend.features.access import deciding, requests
from backend.features.access.requestschemas import (
    AccessDecision,
    AccessRequestView,
    NewAccessRequest,
    OpenAccessRequest,
)
from backend.http.audited import Audited
from backend.http.changing import Changed
from backend.http.fields import PathId
from backend.http.guard import CurrentPrincipal, Decides, Requires
from backend.http.versions import tagged
from backend.identity.granting import Granter
from backend.identity.roles import present_roles
from backend.parts import part

__all__ = ["router"]

router = APIRouter(prefix="/access-requests")
Own = Annotated[Principal, Decides("nothing: what one asks for oneself, signed in")]
Kinds = Annotated[Catalogue, part(Catalogue)]
WORD = "request"


async def at_request(
    caller: CurrentPrincipal, db_sessions: DbSessions, request_id: PathId
) -> Scope:
    """Where rights are asked for; a missing request lies in the organisation."""
    async with db_sessions() as db:
        record = await db.get(AccessRequestRecord, request_id)
    try:
        return parse(record.scope if record else "")
    except InvalidScopeError:
        return organisation(caller.organisation)


@router.get("/mine")
async def list_own_access_requests(caller: Own, db: DbSession) -> list[AccessRequestView]:
    """What the caller asked for, newest first, with the answers."""
    return await requests.mine(db, caller)


@router.post("", status_code=201)
async def create_access_request(
    caller: Own, body: NewAccessRequest, db: DbSession, audit: Audited, catalogue: Kinds
) -> AccessRequestView:
    """Ask whoever may grant it for rights at a place. Neither the place nor the role is looked up:
    the answer tells of neither whether there is one."""
    return await requests.ask(db, audit, caller, body, catalogue)


@router.get("/{request_id}")
async def read_access_request(
    request_id: PathId,
    caller: Annotated[Principal, Requires("access-request", Verb.GET, at_request, WORD)],
    db: DbSession,
    catalogue: Kinds,
    response: Response,
) -> OpenAccessRequest:
    """One request, and which roles would do."""
    record, user = await requests.find(db, request_id)
    by = Granter(caller, await present_roles(db, catalogue))
    tagged(response, record.row_version)
    told = requests.view_of(record, user.login)
    return OpenAccessRequest(**told.model_dump(), suits=await deciding.suits(db, by, record))


@router.delete("/{request_id}", status_code=204)
async def withdraw_access_request(
    caller: Own, request_id: PathId, db: DbSession, audit: Audited
) -> None:
    """Take back what one asked for oneself."""
    await requests.withdraw(db, audit, caller, request_id)


@router.post("/{request_id}/decision")
async def decide_access_request(
    *,
    request_id: PathId,
    body: AccessDecision,
    caller: Annotated[Principal, Requires("access-request", Verb.APPROVE, at_request, WORD)],
    db: DbSession,
    audit: Audited,
    catalogue: Kinds,
    changed: Changed,
) -> AccessRequestView:
    """Grant or refuse it; granting needs what granting the role there needs. Needs `If-Match`."""
    record, user = await requests.find(db, request_id)
    changed.check(record.row_version, requests.view_of(record, user.login))
    by = Granter(caller, await present_roles(db, catalogue))
    decision = deciding.Decision(db, audit, by, record, user)
    told = await (decision.grant(body) if body.grant else decision.refuse(body))
    changed.done(caller, told.row_version, fresh=body.grant)
    return told
