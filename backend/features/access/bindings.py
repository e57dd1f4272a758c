"""Bindings: every change authorised, guarded, recorded, and felt at once.

Granting follows Kubernetes' anti-escalation rule (identity reference, section 2.3): to bind
a role at a scope, or to let it last longer, the granter must hold every right of the role there,
for as long.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.binding import Binding
from auth.role import OWNER, Role, Verb
from auth.scope import InvalidScopeError, Scope, parse, render
from auth.subject import Subject, SubjectKind
from backend.audit import Audit, Change, Target
from backend.db.rights import BindingRecord
from backend.db.versions import advance
from backend.errors import Conflict, NotFoundProblem
from backend.features.access.places import invalid, placed
from backend.features.access.schemas import BindingChange, NewBinding
from backend.features.access.subjects import find_subject, name_of
from backend.http.guard import no_such, require
from backend.identity.breakglass import is_break_glass
from backend.identity.epoch import raise_epoch
from backend.identity.granting import Granter, refuse_escalation
from backend.identity.owned import owned_by, spread
from backend.identity.owners import require_an_owner
from backend.identity.reading import subject as subject_of

__all__ = ["Grant", "change_binding", "checked", "create_binding", "delete_binding", "find_binding"]

_SHOWN: Final = frozenset({"expires", "reason"})


@dataclass(frozen=True, slots=True)
class Grant:
    """What a body asks for, found out to be something the caller may do. `given` are the bindings
    it amounts to: at the place, and at what a team owns whose place it is."""

    subject: Subject
    role: Role
    scope: Scope
    given: tuple[Binding, ...]


async def checked(db: AsyncSession, by: Granter, body: NewBinding) -> Grant:
    """What `body` would give; raises what granting it would."""
    caller = by.caller
    role, scope = _role(body.role, by), placed(body.scope, caller.organisation)
    require(caller, "binding", Verb.CREATE, scope)
    one = Binding("", caller.subject, role, scope, body.expires)
    given = tuple(spread([one], await owned_by(db, [render(scope)])))
    refuse_escalation(caller, given, f"You may not grant {role.id} there")
    _refuse_past(body.expires)
    subject = await find_subject(db, body.subject_kind, body.subject)
    if subject is None:
        raise invalid("subject", body.subject, f"there is no such {body.subject_kind.value}")
    return Grant(subject, role, scope, given)


async def create_binding(
    db: AsyncSession, audit: Audit, by: Granter, body: NewBinding
) -> BindingRecord:
    """The new binding; it takes the place of the same one that is over."""
    grant = await checked(db, by, body)
    subject = grant.subject
    await raise_epoch(db, subject)
    record = BindingRecord(
        subject_kind=subject.kind,
        subject_id=subject.id,
        role_id=grant.role.id,
        scope=render(grant.scope),
        expires=body.expires,
        reason=body.reason,
        created_by=by.caller.login,
    )
    same = [
        col(getattr(BindingRecord, name)) == getattr(record, name)
        for name in ("subject_kind", "subject_id", "role_id", "scope")
    ]
    await db.execute(delete(BindingRecord).where(*same, col(BindingRecord.expires) <= time.time()))
    db.add(record)
    try:
        await db.flush()
    except IntegrityError as error:
        raise Conflict(
            f"{body.subject} already holds {grant.role.id} at {body.scope}. To have it end at "
            "another time, change the end of that binding."
        ) from error
    audit.did(
        "create", _target(record, body.subject), change=Change.of(_facts(record), show=_SHOWN)
    )
    return record


async def change_binding(
    db: AsyncSession, audit: Audit, by: Granter, record: BindingRecord, body: BindingChange
) -> BindingRecord:
    """Another end or reason for the version of `record` that was read. A later end is as much as
    granting it anew; who may change it may always have it end sooner."""
    expires = body.expires if "expires" in body.model_fields_set else record.expires
    if expires != record.expires:
        await _refuse_emptied(db, record)
        _refuse_past(expires)
        if _later(expires, record.expires):
            await _refuse_longer(db, by, record, expires)
    before, subject = _facts(record), subject_of(record)
    await raise_epoch(db, subject)
    reason = record.reason if body.reason is None else body.reason
    await advance(db, record, {"expires": expires, "reason": reason}, "binding")
    await require_an_owner(db, by.caller.organisation)
    difference = Change.between(before, _facts(record), show=_SHOWN)
    audit.did("update", _target(record, await name_of(db, subject)), change=difference)
    return record


async def delete_binding(db: AsyncSession, audit: Audit, binding_id: str) -> None:
    """Take the right away; open streams follow within two seconds."""
    record = await find_binding(db, binding_id)
    subject = subject_of(record)
    await raise_epoch(db, subject)
    await _refuse_emptied(db, record)
    await db.delete(record)
    await require_an_owner(db, audit.origin.organisation)
    audit.did("delete", _target(record, await name_of(db, subject)))


async def find_binding(db: AsyncSession, binding_id: str) -> BindingRecord:
    """The binding, or 404: also for one whose scope nobody can read."""
    record = await db.get(BindingRecord, binding_id)
    if record is None or _read(record.scope) is None:
        raise NotFoundProblem(no_such("binding"))
    return record


async def _refuse_emptied(db: AsyncSession, record: BindingRecord) -> None:
    """409 for what would leave the break-glass account with nothing it may do."""
    person = record.subject_kind == SubjectKind.USER and record.role_id == OWNER
    if person and await is_break_glass(db, record.subject_id):
        raise Conflict(
            "The break-glass account is an owner while it is open. Seal it under Access > Sign-in "
            "rules, or remove the account under Access > People."
        )


def _later(end: float | None, before: float | None) -> bool:
    return before is not None and (end is None or end > before)


async def _refuse_longer(
    db: AsyncSession, by: Granter, record: BindingRecord, expires: float | None
) -> None:
    role = by.roles.get(record.role_id)
    if role is None:
        raise Conflict(
            f"There is no role {record.role_id!r} any more, so nobody can say what a later end "
            "would give: take it away, and grant another."
        )
    one = Binding(record.id, subject_of(record), role, parse(record.scope), expires)
    given = spread([one], await owned_by(db, [record.scope]))
    refuse_escalation(by.caller, given, f"You may not let {role.id} last longer there")


def _refuse_past(expires: float | None) -> None:
    if expires is not None and expires <= time.time():
        raise invalid("expires", str(expires), "this moment is over", "a time to come")


def _role(name: str, by: Granter) -> Role:
    if name not in by.roles:
        raise invalid("role", name, "there is no such role", ", ".join(by.roles))
    return by.roles[name]


def _read(text: str) -> Scope | None:
    try:
        return parse(text)
    except InvalidScopeError:
        return None


def _facts(record: BindingRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in sorted(_SHOWN)}


def _target(record: BindingRecord, subject: str) -> Target:
    name = f"{subject}: {record.role_id} at {record.scope}"
    return Target("binding", record.id, name, parse(record.scope))
