"""Users and bindings: every change authorised, guarded, recorded, and felt at once.

Granting follows Kubernetes' anti-escalation rule (identity reference, section 2.3): to bind
a role at a scope the granter must hold every right of the role there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.binding import Binding
from auth.password import WeakPasswordError, check_strength
from auth.principal import Principal
from auth.role import Role, Verb
from auth.scope import InvalidScopeError, Scope, covers, organisation, parse, render
from auth.subject import Subject, SubjectKind
from backend.audit import Audit, Change, Target
from backend.db.identity import UserRecord
from backend.db.rights import BindingRecord
from backend.errors import (
    Conflict,
    NotFoundProblem,
    PreconditionFailed,
    Unprocessable,
)
from backend.features.access.schemas import NewBinding, NewUser, UserChange
from backend.features.access.subjects import find_subject, name_of
from backend.http.guard import owns, require
from backend.identity.epoch import raise_epoch
from backend.identity.granting import refuse_escalation
from backend.identity.hashing import HASHING
from backend.identity.owned import owned_by, spread
from backend.identity.owners import require_an_owner
from backend.identity.removal import remove_holdings
from backend.identity.sessions import end_sessions

__all__ = [
    "change_user",
    "create_binding",
    "create_user",
    "delete_binding",
    "delete_user",
    "find_user",
]

_NO_BINDING: Final = "There is no such binding, or you may not see it."


async def create_user(db: AsyncSession, audit: Audit, body: NewUser) -> UserRecord:
    """A local account without any rights yet; 409 when the login is taken."""
    user = UserRecord(
        login=body.login,
        name=body.name or body.login,
        password_hash=await _hash(body.password, body.login),
    )
    db.add(user)
    try:
        await db.flush()
    except IntegrityError as error:
        raise Conflict(f"The user name {body.login!r} is taken.") from error
    audit.did("create", _account(user, audit), change=Change.of(_facts(user), show=_USER_FIELDS))
    return user


async def change_user(
    db: AsyncSession,
    audit: Audit,
    caller: Principal,
    user: UserRecord,
    body: UserChange,
) -> UserRecord:
    """Apply the change to the version of `user` that was read; sessions end when it is switched
    off. Of two changes of one version at once the second is a 412."""
    # Before the lock on the epoch: hashing takes long, and all changes of rights wait for it.
    subject = Subject(SubjectKind.USER, user.id)
    if body.password is not None and not owns(caller, subject):
        # Who sets a password can sign in with it: that is as much as granting all they hold.
        require(caller, "role", Verb.BIND, organisation(caller.organisation))
    hashed = None if body.password is None else await _hash(body.password, user.login)
    await raise_epoch(db, subject)
    await _advance(db, user)
    before = _facts(user)
    if body.disabled is not None:
        user.disabled = body.disabled
    if hashed is not None:
        user.password_hash, user.one_time_until = hashed, None
    if user.disabled or body.password is not None:
        await end_sessions(db, user.id, but=caller.credential.id)
    await require_an_owner(db, caller.organisation)
    after = _facts(user) | ({"password": "new"} if body.password is not None else {})
    change = Change.between(before, after, show=_USER_FIELDS)
    audit.did("update", _account(user, audit), change=change)
    return user


async def _advance(db: AsyncSession, user: UserRecord) -> None:
    row = (col(UserRecord.id) == user.id) & (col(UserRecord.row_version) == user.row_version)
    next_version = update(UserRecord).where(row).values(row_version=user.row_version + 1)
    if not (await db.execute(next_version.returning(col(UserRecord.id)))).first():
        raise PreconditionFailed("The account was changed by somebody else at this moment.")


async def delete_user(db: AsyncSession, audit: Audit, user_id: str) -> None:
    """Remove the account with its bindings and sessions."""
    subject = Subject(SubjectKind.USER, user_id)
    await raise_epoch(db, subject)
    user = await find_user(db, user_id)
    await remove_holdings(db, subject)
    await db.delete(user)
    await require_an_owner(db, audit.origin.organisation)
    audit.did("delete", _account(user, audit))


async def create_binding(
    db: AsyncSession, audit: Audit, caller: Principal, body: NewBinding, roles: Mapping[str, Role]
) -> BindingRecord:
    """The new binding."""
    role, scope = _role(body.role, roles), _scope(body.scope, caller.organisation)
    require(caller, "binding", Verb.CREATE, scope)
    given = Binding("", caller.subject, role, scope, body.expires)
    everywhere = spread([given], await owned_by(db, [render(scope)]))
    refuse_escalation(caller, everywhere, f"You may not grant {role.id} there")
    if body.expires is not None and body.expires <= time.time():
        raise _invalid("expires", str(body.expires), "this moment is over", "a time to come")
    subject = await find_subject(db, body.subject_kind, body.subject)
    if subject is None:
        raise _invalid("subject", body.subject, f"there is no such {body.subject_kind.value}")
    await raise_epoch(db, subject)
    record = BindingRecord(
        subject_kind=subject.kind,
        subject_id=subject.id,
        role_id=role.id,
        scope=render(scope),
        expires=body.expires,
        reason=body.reason,
        created_by=caller.login,
    )
    db.add(record)
    try:
        await db.flush()
    except IntegrityError as error:
        raise Conflict(f"{body.subject} already holds {role.id} at {body.scope}.") from error
    audit.did("create", _grant(record, body.subject))
    return record


async def delete_binding(db: AsyncSession, audit: Audit, binding_id: str) -> None:
    """Take the right away; open streams follow within two seconds."""
    record = await db.get(BindingRecord, binding_id)
    scope = _placed(record.scope) if record else None
    if record is None or scope is None:
        raise NotFoundProblem(_NO_BINDING)
    subject = Subject(SubjectKind(record.subject_kind), record.subject_id)
    await raise_epoch(db, subject)
    await db.delete(record)
    await require_an_owner(db, audit.origin.organisation)
    audit.did("delete", _grant(record, await name_of(db, subject)))


async def _hash(password: str, login: str) -> str:
    try:
        check_strength(password, login)
    except WeakPasswordError as error:
        raise _invalid("password", "", str(error)) from error
    return await HASHING.hash(password)


def _role(name: str, roles: Mapping[str, Role]) -> Role:
    if name not in roles:
        raise _invalid("role", name, "there is no such role", ", ".join(roles))
    return roles[name]


def _placed(text: str) -> Scope | None:
    try:
        return parse(text)
    except InvalidScopeError:
        return None


def _scope(text: str, org: str) -> Scope:
    try:
        scope = parse(text)
    except InvalidScopeError as error:
        raise _invalid("scope", text, str(error), f"org/{org}/cluster/NAME/ns/NAME") from error
    if not covers(organisation(org), scope):
        raise _invalid("scope", text, "another organisation's scope", f"org/{org}/…")
    return scope


async def find_user(db: AsyncSession, user_id: str) -> UserRecord:
    """The account, or 404."""
    user = await db.get(UserRecord, user_id)
    if user is None:
        raise NotFoundProblem("There is no such user, or you may not see it.")
    return user


def _invalid(field: str, value: str, message: str, accepts: str = "") -> Unprocessable:
    return Unprocessable(
        f"{field}: {message}",
        errors=[{"field": field, "value": value, "message": message, "accepts": accepts}],
    )


_USER_FIELDS: Final = frozenset({"login", "name", "disabled"})


def _facts(user: UserRecord) -> dict[str, object]:
    return {name: getattr(user, name) for name in sorted(_USER_FIELDS)}


def _account(user: UserRecord, audit: Audit) -> Target:
    return Target("user", user.id, user.login, organisation(audit.origin.organisation))


def _grant(record: BindingRecord, subject: str) -> Target:
    name = f"{subject}: {record.role_id} at {record.scope}"
    return Target("binding", record.id, name, parse(record.scope))
