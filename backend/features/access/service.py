"""Users and bindings: every change authorised, guarded, recorded, and felt at once.

Granting follows Kubernetes' anti-escalation rule (identity reference, section 2.3): to bind
a role at a scope the granter must hold every right of the role there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.password import WeakPasswordError, check_strength
from auth.principal import Principal
from auth.role import OWNER, Role
from auth.scope import InvalidScopeError, Scope, covers, organisation, parse, render
from backend.audit import Audit, Change, Target
from backend.db.identity import BindingRecord, SessionRecord, UserRecord
from backend.errors import (
    Conflict,
    Forbidden,
    NotFoundProblem,
    PreconditionFailed,
    Unprocessable,
)
from backend.features.access.schemas import NewBinding, NewUser, UserChange
from backend.identity.epoch import raise_epoch
from backend.identity.hashing import HASHING

__all__ = ["change_user", "create_binding", "create_user", "delete_binding", "delete_user"]


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
    *,
    user_id: str,
    body: UserChange,
    row_version: int,
) -> UserRecord:
    """Apply the change to the version the caller saw; sessions end when it is switched off."""
    user = await _user(db, user_id)
    if user.row_version != row_version:
        raise PreconditionFailed(
            "The account was changed by somebody else meanwhile. Reload it and try again.",
            row_version=user.row_version,
        )
    before = _facts(user)
    if body.disabled is not None:
        if body.disabled:
            await _refuse_last_owner(db, user.id)
        user.disabled = body.disabled
    if body.password is not None:
        user.password_hash = await _hash(body.password, user.login)
    user.row_version += 1
    if user.disabled or body.password is not None:
        await db.execute(
            delete(SessionRecord).where(
                col(SessionRecord.user_id) == user.id, col(SessionRecord.id) != caller.session
            )
        )
    await raise_epoch(db)
    after = _facts(user) | ({"password": "new"} if body.password is not None else {})
    change = Change.between(before, after, show=_USER_FIELDS)
    audit.did("update", _account(user, audit), change=change)
    return user


async def delete_user(db: AsyncSession, audit: Audit, user_id: str) -> None:
    """Remove the account with its bindings and sessions."""
    user = await _user(db, user_id)
    await _refuse_last_owner(db, user.id)
    await db.delete(user)
    await raise_epoch(db)
    audit.did("delete", _account(user, audit))


async def create_binding(
    db: AsyncSession, audit: Audit, caller: Principal, body: NewBinding, roles: Mapping[str, Role]
) -> BindingRecord:
    """The new binding."""
    role, scope = _role(body.role, roles), _scope(body.scope, caller.organisation)
    _refuse_escalation(caller, role, scope)
    query = select(UserRecord).where(col(UserRecord.login) == body.login)
    user = (await db.execute(query)).scalar_one_or_none()
    if user is None:
        raise _invalid("login", body.login, "there is no such user")
    record = BindingRecord(
        user_id=user.id,
        login=user.login,
        role=role.id,
        scope=render(scope),
        created_by=caller.login,
    )
    db.add(record)
    try:
        await db.flush()
    except IntegrityError as error:
        raise Conflict(f"{body.login} already holds {role.id} at {body.scope}.") from error
    await raise_epoch(db)
    audit.did("create", _grant(record))
    return record


async def delete_binding(db: AsyncSession, audit: Audit, binding_id: str) -> None:
    """Take the right away; open streams follow within two seconds."""
    record = await db.get(BindingRecord, binding_id)
    if record is None:
        raise NotFoundProblem("There is no such binding, or you may not see it.")
    if record.role == OWNER:
        await _refuse_last_owner(db, record.user_id)
    await db.delete(record)
    await raise_epoch(db)
    audit.did("delete", _grant(record))


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


def _scope(text: str, org: str) -> Scope:
    try:
        scope = parse(text)
    except InvalidScopeError as error:
        raise _invalid("scope", text, str(error), f"org/{org}/cluster/NAME/ns/NAME") from error
    if not covers(organisation(org), scope):
        raise _invalid("scope", text, "another organisation's scope", f"org/{org}/…")
    return scope


def _refuse_escalation(caller: Principal, role: Role, scope: Scope) -> None:
    if not role.pairs <= caller.policy.pairs_at(scope):
        raise Forbidden(f"You may not grant {role.id} there: you do not hold it yourself.")


async def _refuse_last_owner(db: AsyncSession, user_id: str) -> None:
    query = (
        select(func.count(func.distinct(col(UserRecord.id))))
        .join(BindingRecord, col(BindingRecord.user_id) == col(UserRecord.id))
        .where(
            col(BindingRecord.role) == OWNER,
            col(UserRecord.disabled).is_(False),
            col(UserRecord.id) != user_id,
        )
    )
    if (await db.execute(query)).scalar_one() == 0:
        raise Conflict("This is the last owner: give somebody else the owner role first.")


async def _user(db: AsyncSession, user_id: str) -> UserRecord:
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


def _grant(record: BindingRecord) -> Target:
    name = f"{record.login}: {record.role} at {record.scope}"
    return Target("binding", record.id, name, parse(record.scope))
