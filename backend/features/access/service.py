"""Users: every change authorised, guarded, recorded, and felt at once."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from auth.password import WeakPasswordError, check_strength
from auth.principal import Principal
from auth.role import Verb
from auth.scope import organisation
from auth.subject import Subject, SubjectKind
from backend.audit import Audit, Change, Target
from backend.db.identity import UserRecord
from backend.db.versions import advance
from backend.errors import Conflict, NotFoundProblem, Unprocessable
from backend.features.access.schemas import NewUser, UserChange
from backend.http.guard import owns, require
from backend.identity.breakglass import is_break_glass, refuse_break_glass
from backend.identity.epoch import raise_epoch
from backend.identity.hashing import HASHING
from backend.identity.owners import require_an_owner
from backend.identity.removal import remove_holdings
from backend.identity.rules import BREAK_GLASS_ONLY, in_force
from backend.identity.sessions import end_sessions

__all__ = [
    "change_user",
    "create_user",
    "delete_user",
    "find_user",
]


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
    await refuse_break_glass(db, user.id)
    # Before the lock on the epoch: hashing takes long, and all changes of rights wait for it.
    subject = Subject(SubjectKind.USER, user.id)
    if body.password is not None and not owns(caller, subject):
        # Who sets a password can sign in with it: that is as much as granting all they hold.
        require(caller, "role", Verb.BIND, organisation(caller.organisation))
    hashed = None if body.password is None else await _hash(body.password, user.login)
    await raise_epoch(db, subject)
    await advance(db, user, {}, "account")
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


async def delete_user(db: AsyncSession, audit: Audit, user_id: str) -> None:
    """Remove the account with its bindings and sessions."""
    subject = Subject(SubjectKind.USER, user_id)
    await raise_epoch(db, subject)
    user = await find_user(db, user_id)
    if await is_break_glass(db, user_id) and await in_force(db, BREAK_GLASS_ONLY):
        raise Conflict(
            "Accounts of this console sign in by this one only: switch that rule off first, under "
            "Access > Sign-in rules."
        )
    await remove_holdings(db, subject)
    await db.delete(user)
    await require_an_owner(db, audit.origin.organisation)
    audit.did("delete", _account(user, audit))


async def _hash(password: str, login: str) -> str:
    try:
        check_strength(password, login)
    except WeakPasswordError as error:
        raise _invalid("password", "", str(error)) from error
    return await HASHING.hash(password)


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
