"""`/api/v1/service-accounts`: changes; lists go through the collection."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response

from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.db.identity import ServiceRecord
from backend.db.session import DbSession, DbSessions
from backend.features.service_accounts import service
from backend.features.service_accounts.rights import KIND
from backend.features.service_accounts.schemas import (
    NewServiceAccount,
    ServiceAccountChange,
    ServiceAccountView,
)
from backend.features.service_accounts.service import WORD
from backend.http.audited import Audited
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import CurrentPrincipal, Decides, Requires
from backend.http.versions import IfMatch, check, tagged

__all__ = ["router"]

router = APIRouter(tags=["service accounts"], prefix="/service-accounts", responses=answers(409))


async def at_service_account(
    caller: CurrentPrincipal, db_sessions: DbSessions, account_id: PathId
) -> Scope:
    """The team it belongs to, or the organisation; a missing one lies in the organisation."""
    async with db_sessions() as db:
        record = await db.get(ServiceRecord, account_id)
    return service.place(caller.organisation, record.team if record else "")


@router.post("", status_code=201)
async def create_service_account(
    caller: Annotated[Principal, Decides("create on service accounts, in the team of the body")],
    body: NewServiceAccount,
    db: DbSession,
    audit: Audited,
) -> ServiceAccountView:
    """Create one; it has no rights until it is given a role, and no token until one is made."""
    return _view(await service.create(db, audit, caller, body))


@router.get(
    "/{account_id}",
    dependencies=[Requires(KIND, Verb.GET, at_service_account, WORD)],
)
async def read_service_account(
    account_id: PathId, db: DbSession, response: Response
) -> ServiceAccountView:
    """One service account."""
    record = await service.find(db, account_id)
    tagged(response, record.row_version)
    return _view(record)


@router.patch(
    "/{account_id}",
    dependencies=[Requires(KIND, Verb.UPDATE, at_service_account, WORD)],
)
async def change_service_account(
    *,
    account_id: PathId,
    body: ServiceAccountChange,
    db: DbSession,
    audit: Audited,
    response: Response,
    if_match: IfMatch = None,
) -> ServiceAccountView:
    """Say what it is for; switch it off, and its tokens stop at once, or on. Needs `If-Match`."""
    present = await service.find(db, account_id)
    check(if_match, present.row_version, _view(present))
    changed = await service.change(db, audit, present, body)
    tagged(response, changed.row_version)
    return _view(changed)


@router.delete(
    "/{account_id}",
    status_code=204,
    dependencies=[Requires(KIND, Verb.DELETE, at_service_account, WORD)],
)
async def delete_service_account(account_id: PathId, db: DbSession, audit: Audited) -> None:
    """Remove it with its roles and tokens."""
    await service.remove(db, audit, account_id)


def _view(record: ServiceRecord) -> ServiceAccountView:
    return ServiceAccountView(**record.model_dump())
