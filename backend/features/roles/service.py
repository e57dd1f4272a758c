"""Roles people make: every change authorised, guarded, recorded, felt at once on every replica."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.builtin import built_in
from auth.kinds import Catalogue
from auth.principal import Principal
from auth.role import Role
from auth.scope import organisation
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.rights import BindingRecord, RoleRecord
from backend.db.versions import advance
from backend.errors import Conflict, NotFoundProblem
from backend.features.roles.schemas import NewRole, RoleChange, RoleView
from backend.features.roles.written import refuse_beyond, role_of, words, written_out
from backend.http.guard import no_such, require
from backend.identity.epoch import raise_epoch

__all__ = ["change", "create", "find", "own", "remove", "view_of"]

_NOBODYS: Final = "new"
"""Its page is the form of a new one."""
_SHOWN: Final = frozenset({"id", "title", "rights"})
MOST: Final = 500
"""Roles an organisation can make."""


def view_of(role: Role, record: RoleRecord | None) -> RoleView:
    """The role as callers see it; a built-in one has no record."""
    return RoleView(
        id=role.id,
        title=role.title,
        built_in=record is None,
        rights=words(role),
        idle=sorted(role.idle),
        created=record.created if record else None,
        row_version=record.row_version if record else 1,
    )


async def own(db: AsyncSession, role_id: str, catalogue: Catalogue) -> RoleRecord:
    """The record of a role made here; 404 for none, 409 for a built-in one."""
    if role_id in built_in(catalogue):
        raise Conflict(f"{role_id} is built in and stays as it is: make a copy and change that.")
    record = await db.get(RoleRecord, role_id)
    if record is None:
        raise NotFoundProblem(no_such("role"))
    return record


async def find(db: AsyncSession, role_id: str, catalogue: Catalogue) -> RoleView:
    """The role, built-in or made here, or 404."""
    if role := built_in(catalogue).get(role_id):
        return view_of(role, None)
    record = await own(db, role_id, catalogue)
    return view_of(role_of(record, catalogue), record)


async def create(
    db: AsyncSession, audit: Audit, caller: Principal, body: NewRole, catalogue: Catalogue
) -> RoleView:
    """A role that nobody holds yet; 409 for a name that is taken."""
    role = written_out(body.rights, catalogue)
    refuse_beyond(caller, None, role)
    if body.id in {*built_in(catalogue), _NOBODYS}:
        raise Conflict(f"The name {body.id!r} is taken by the console itself.")
    number = (await db.execute(select(func.count()).select_from(RoleRecord))).scalar_one()
    if number >= MOST:
        raise Conflict(f"There are {MOST} roles already: remove one that nobody needs.")
    record = RoleRecord(
        id=body.id, title=body.title or body.id, rights=[*words(role), *sorted(role.idle)]
    )
    # A binding of an earlier role of this name must not come to life again.
    await raise_epoch(db, f"role:{record.id}")
    await db.execute(delete(BindingRecord).where(col(BindingRecord.role_id) == record.id))
    db.add(record)
    try:
        await db.flush()
    except IntegrityError as error:
        raise Conflict(f"The name {body.id!r} is taken.") from error
    audit.did("create", _target(record, audit), change=Change.of(_facts(record), show=_SHOWN))
    return view_of(role_of(record, catalogue), record)


async def change(  # noqa: PLR0917 (who changes what, by which rights)
    db: AsyncSession,
    audit: Audit,
    caller: Principal,
    record: RoleRecord,
    body: RoleChange,
    catalogue: Catalogue,
) -> RoleView:
    """Apply the change to the version that was read; whoever holds the role feels it at once."""
    before, present = _facts(record), role_of(record, catalogue)
    rights = record.rights
    if body.rights is not None:
        role = written_out(body.rights, catalogue)
        refuse_beyond(caller, present, role)
        rights = [*words(role), *sorted(role.idle)]
    await raise_epoch(db, f"role:{record.id}")
    title = record.title if body.title is None else body.title or record.id
    await advance(db, record, {"title": title, "rights": rights}, "role")
    difference = Change.between(before, _facts(record), show=_SHOWN)
    audit.did("update", _target(record, audit), change=difference)
    return view_of(role_of(record, catalogue), record)


async def remove(db: AsyncSession, audit: Audit, caller: Principal, record: RoleRecord) -> None:
    """Remove the role, and take it from everybody who holds it, where the caller may."""
    held = select(func.count()).select_from(BindingRecord)
    held = held.where(col(BindingRecord.role_id) == record.id)
    await raise_epoch(db, f"role:{record.id}")
    number = (await db.execute(held)).scalar_one()
    if number:
        require(caller, "binding", Verb.DELETE, organisation(caller.organisation), "role")
    await db.execute(delete(BindingRecord).where(col(BindingRecord.role_id) == record.id))
    await db.delete(record)
    await db.flush()
    audit.did("delete", _target(record, audit), detail=f"It was given {number} times.")


def _facts(record: RoleRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in sorted(_SHOWN)}


def _target(record: RoleRecord, audit: Audit) -> Target:
    return Target("role", record.id, record.title, organisation(audit.origin.organisation))
