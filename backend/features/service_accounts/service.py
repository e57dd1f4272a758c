"""Service accounts: every change authorised where they belong, guarded, recorded, felt at once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Principal
from auth.scope import Scope, organisation, team
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.identity import ServiceRecord, TeamRecord
from backend.db.versions import advance
from backend.errors import Conflict, NotFoundProblem, Unprocessable
from backend.features.service_accounts.rights import KIND
from backend.features.service_accounts.schemas import NewServiceAccount, ServiceAccountChange
from backend.http.guard import no_such, require
from backend.identity.epoch import raise_epoch
from backend.identity.removal import remove_holdings

__all__ = ["WORD", "change", "create", "find", "place", "remove"]

WORD: Final = "service account"
_SHOWN: Final = frozenset({"name", "title", "team", "disabled"})


def place(org: str, name: str) -> Scope:
    """Where an account of the team `name` lies; without a name, in the organisation."""
    return team(org, name) if name else organisation(org)


async def create(
    db: AsyncSession, audit: Audit, caller: Principal, body: NewServiceAccount
) -> ServiceRecord:
    """A new account without rights; 409 for a name that is taken, 422 for a team there is not."""
    where = place(caller.organisation, body.team)
    require(caller, KIND, Verb.CREATE, where, WORD)
    known = select(col(TeamRecord.id)).where(col(TeamRecord.name) == body.team)
    if body.team and (await db.execute(known)).first() is None:
        message = "there is no such team"
        raise Unprocessable(f"team: {message}", errors=[{"field": "team", "message": message}])
    record = ServiceRecord(**body.model_dump(), created_by=caller.login)
    db.add(record)
    try:
        await db.flush()
    except IntegrityError as error:
        raise Conflict(f"The name {body.name!r} is taken.") from error
    audit.did("create", _target(record, where), change=Change.of(_facts(record), show=_SHOWN))
    return record


async def find(db: AsyncSession, account_id: str) -> ServiceRecord:
    """The account, or 404."""
    record = await db.get(ServiceRecord, account_id)
    if record is None:
        raise NotFoundProblem(no_such(WORD))
    return record


async def change(
    db: AsyncSession, audit: Audit, record: ServiceRecord, body: ServiceAccountChange
) -> ServiceRecord:
    """Apply the change to the version that was read. Switched off, its tokens stop everywhere."""
    await raise_epoch(db, Subject(SubjectKind.SERVICE, record.id))
    before = _facts(record)
    await advance(db, record, body.model_dump(exclude_none=True), "account")
    where = place(audit.origin.organisation, record.team)
    audit.did(
        "update", _target(record, where), change=Change.between(before, _facts(record), show=_SHOWN)
    )
    return record


async def remove(db: AsyncSession, audit: Audit, account_id: str) -> None:
    """Remove it with its roles and tokens: what calls with them is out at once."""
    subject = Subject(SubjectKind.SERVICE, account_id)
    await raise_epoch(db, subject)
    record = await find(db, account_id)
    await remove_holdings(db, subject)
    await db.delete(record)
    audit.did("delete", _target(record, place(audit.origin.organisation, record.team)))


def _facts(record: ServiceRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in sorted(_SHOWN)}


def _target(record: ServiceRecord, where: Scope) -> Target:
    return Target(KIND, record.id, record.name, where)
