"""Saved views: whose they are, who sees them, and what may be done with them."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Principal
from auth.scope import organisation
from auth.subject import SubjectKind
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.identity import UserRecord
from backend.db.views import SavedViewRecord
from backend.errors import Conflict, Forbidden, NotFoundProblem, PreconditionFailed
from backend.features.views.rights import KIND
from backend.features.views.schemas import NewView, SavedView, ViewChange
from backend.http.guard import no_such, owns, require

__all__ = ["Found", "change", "create", "find", "listed", "own", "remove", "view_of"]

MOST: Final = 200
"""Views of one person."""
_SHOWN: Final = frozenset({"name", "search", "shared"})
Found = tuple[SavedViewRecord, str]
"""A view with the login of whom it belongs to."""


def view_of(caller: Principal, found: Found) -> SavedView:
    """The view as `caller` sees it."""
    record, owner = found
    own = _is_own(caller, record)
    return SavedView(**record.model_dump(include=set(SavedView.model_fields)), own=own, owner=owner)


async def listed(db: AsyncSession, caller: Principal, collection: str) -> list[Found]:
    """The caller's own views of a table, then those shared with all, by name."""
    own = col(SavedViewRecord.owner_id) == _person(caller)
    query = _with_owner().where(
        col(SavedViewRecord.collection) == collection,
        or_(own, col(SavedViewRecord.shared)),
    )
    query = query.order_by(~own, func.lower(col(SavedViewRecord.name)), col(SavedViewRecord.id))
    return [(record, owner) for record, owner in (await db.execute(query.limit(500))).all()]


async def own(db: AsyncSession, caller: Principal) -> list[Found]:
    """All that the caller keeps, which `MOST` counts, by table and name."""
    view = SavedViewRecord
    query = _with_owner().where(col(view.owner_id) == _person(caller))
    query = query.order_by(col(view.collection), func.lower(col(view.name)), col(view.id))
    return [(record, owner) for record, owner in (await db.execute(query)).all()]


async def find(db: AsyncSession, caller: Principal, view_id: str) -> Found:
    """The view, where the caller sees it; else 404."""
    query = _with_owner().where(col(SavedViewRecord.id) == view_id)
    found = (await db.execute(query)).first()
    if found is None or not (found[0].shared or _is_own(caller, found[0])):
        raise NotFoundProblem(no_such("view"))
    return (found[0], found[1])


async def create(db: AsyncSession, audit: Audit, caller: Principal, body: NewView) -> Found:
    """A new view of the caller's; 409 for a name they use already there. Sharing it needs the
    right to make shared views."""
    if caller.subject.kind is not SubjectKind.USER:
        raise Forbidden("Views belong to people: a service cannot keep one.")
    if not body.shared and not owns(caller, caller.subject):
        raise Forbidden("A token keeps no views of one's own: sign in, or share the view.")
    if body.shared:
        _require(caller, Verb.CREATE)
    own = col(SavedViewRecord.owner_id) == caller.subject.id
    held = select(func.count()).select_from(SavedViewRecord).where(own)
    if (await db.execute(held)).scalar_one() >= MOST:
        raise Conflict(f"You keep {MOST} views already: remove one that you no longer use.")
    record = SavedViewRecord(
        **body.model_dump(), owner_id=caller.subject.id, changed_by=caller.login
    )
    db.add(record)
    await _flush(db, body.name)
    change_ = Change.of(_facts(record), show=_SHOWN)
    audit.did("create", _target(caller, record), change=change_)
    return (record, caller.login)


async def change(
    db: AsyncSession, audit: Audit, caller: Principal, found: Found, body: ViewChange
) -> Found:
    """Apply the change to the version that was read. One's own are one's own to change; those
    of others, and whether any is shared, by the right to change shared views."""
    record, owner = found
    wanted = body.model_dump(exclude_none=True)
    if not _is_own(caller, record) or wanted.get("shared", record.shared):
        _require(caller, Verb.UPDATE)
    before = _facts(record)
    values = wanted | {"changed": time.time(), "changed_by": caller.login}
    values["row_version"] = record.row_version + 1
    statement = update(SavedViewRecord).where(_same(record)).values(**values)
    try:
        await _one(db, statement.returning(col(SavedViewRecord.id)))
    except IntegrityError as error:
        raise _taken(str(wanted.get("name"))) from error
    await db.refresh(record)
    change_ = Change.between(before, _facts(record), show=_SHOWN)
    audit.did("update", _target(caller, record), change=change_)
    return (record, owner)


async def remove(db: AsyncSession, audit: Audit, caller: Principal, found: Found) -> None:
    """Remove the version that was read; a shared one by the right to remove shared views, or
    by whom it belongs to."""
    record, _ = found
    if not _is_own(caller, record):
        _require(caller, Verb.DELETE)
    target = _target(caller, record)
    statement = delete(SavedViewRecord).where(_same(record))
    await _one(db, statement.returning(col(SavedViewRecord.id)))
    audit.did("delete", target)


async def _one(db: AsyncSession, statement: Executable) -> None:
    """Run what concerns the version that was read; 412 when that is no longer the present one."""
    unsynchronised = statement.execution_options(synchronize_session=False)
    if (await db.execute(unsynchronised)).first() is None:
        raise PreconditionFailed("The view was changed by somebody else at this moment.")


def _with_owner() -> Select[SavedViewRecord, str]:
    return select(SavedViewRecord, col(UserRecord.login)).join(
        UserRecord, col(UserRecord.id) == col(SavedViewRecord.owner_id)
    )


def _same(record: SavedViewRecord) -> ColumnElement[bool]:
    return and_(
        col(SavedViewRecord.id) == record.id,
        col(SavedViewRecord.row_version) == record.row_version,
    )


def _person(caller: Principal) -> str:
    """Whose views are the caller's own to see and change; nobody's with a token."""
    return caller.subject.id if owns(caller, caller.subject) else ""


def _is_own(caller: Principal, record: SavedViewRecord) -> bool:
    return record.owner_id == _person(caller)


def _require(caller: Principal, verb: Verb) -> None:
    require(caller, KIND, verb, organisation(caller.organisation), "shared view")


async def _flush(db: AsyncSession, name: str) -> None:
    try:
        await db.flush()
    except IntegrityError as error:
        raise _taken(name) from error


def _taken(name: str) -> Conflict:
    return Conflict(f"You have a view called {name!r} of this table already.")


def _facts(record: SavedViewRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in sorted(_SHOWN)}


def _target(caller: Principal, record: SavedViewRecord) -> Target:
    name = f"{record.collection}: {record.name}"
    return Target(KIND, record.id, name, organisation(caller.organisation))
