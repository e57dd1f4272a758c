"""Passwords: one's own changed, and another's reset to one that is good once."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.scope import organisation
from auth.subject import Subject, SubjectKind
from backend.audit import Audit, Target
from backend.db.identity import TokenRecord, UserRecord
from backend.errors import Conflict, NotFoundProblem
from backend.features.account.schemas import OneTimePassword, PasswordChange, PasswordChanged
from backend.http.confirming import PasswordCheck, only_people
from backend.http.guard import no_such
from backend.http.stepup import require_fresh
from backend.identity.breakglass import refuse_break_glass
from backend.identity.choosing import chosen, one_time_password, put_password
from backend.identity.granting import refuse_escalation
from backend.identity.hashing import Hashing
from backend.identity.holdings import policy_behind
from backend.settings import Settings

__all__ = ["ONE_TIME_SECONDS", "change_own", "of_another", "reset", "target_of"]

ONE_TIME_SECONDS: Final = 86400.0


async def change_own(
    db: AsyncSession,
    audit: Audit,
    caller: Principal,
    body: PasswordChange,
    *,
    check: PasswordCheck,
    settings: Settings,
) -> PasswordChanged:
    """Set the caller's password once they showed who they are, with a second factor by that; every
    other session of theirs ends, and their API tokens where they ask for it."""
    only_people(caller)
    user = await db.get(UserRecord, caller.id)
    if user is None or user.password_hash is None:
        raise Conflict("The console has no password of yours: you sign in by a provider.")
    before = user.password_hash
    if caller.assurance.factors:
        require_fresh(caller, settings)
    if body.current is not None:
        await check.confirm(db, caller, body.current, audit, "current")
    else:
        require_fresh(caller, settings)
        await db.rollback()  # gives its connection back while the new one is hashed
    hashed = await chosen(check.hashing, body.password, caller.login, before=before)
    present = await db.get(UserRecord, caller.id, with_for_update=True, populate_existing=True)
    if present is None or present.password_hash != before:
        raise Conflict("Your password was changed by somebody else at this moment.")
    ended = await put_password(db, present, hashed, but=caller.credential.id)
    left = await _tokens(db, present.id)
    if body.revoke_tokens:
        await db.execute(delete(TokenRecord).where(col(TokenRecord.owner_id) == present.id))
    gone = left if body.revoke_tokens else 0
    audit.did("set-password", target_of(present, caller), detail=_told(ended, gone))
    return PasswordChanged(sessions_ended=ended, tokens_revoked=gone, tokens_left=left - gone)


async def reset(
    db: AsyncSession,
    audit: Audit,
    caller: Principal,
    user_id: str,
    *,
    hashing: Hashing,
    catalogue: Catalogue,
) -> OneTimePassword:
    """A one-time password for somebody else, whose sessions end. 403 for an account that may more
    than the caller: who resets its password could sign in as it."""
    user = await of_another(db, caller, user_id, catalogue)
    if user.password_hash is None:
        raise Conflict(f"The console has no password of {user.login}: they sign in by a provider.")
    await db.rollback()  # gives its connection back
    password = one_time_password()
    hashed = await hashing.hash(password)
    user = await of_another(db, caller, user_id, catalogue)
    until = time.time() + ONE_TIME_SECONDS
    ended = await put_password(db, user, hashed, until=until)
    audit.did("reset-password", target_of(user, caller), detail=_told(ended, 0))
    return OneTimePassword(password=password, until=until, sessions_ended=ended)


async def of_another(
    db: AsyncSession, caller: Principal, user_id: str, catalogue: Catalogue
) -> UserRecord:
    """The account of somebody else, of whom the caller could grant all that it holds."""
    user = await db.get(UserRecord, user_id)
    if user is None:
        raise NotFoundProblem(no_such("user"))
    if user.id == caller.id:
        raise Conflict("This is your own account: change how you sign in on your profile.")
    await refuse_break_glass(db, user.id)
    policy = await policy_behind(db, Subject(SubjectKind.USER, user.id), catalogue)
    sentence = f"You may not change how {user.login} signs in"
    refuse_escalation(caller, policy.bindings, sentence)
    return user


def target_of(user: UserRecord, caller: Principal) -> Target:
    """The account, for the record."""
    return Target("user", user.id, user.login, organisation(caller.organisation))


async def _tokens(db: AsyncSession, user_id: str) -> int:
    alive = (col(TokenRecord.owner_id) == user_id) & (col(TokenRecord.expires) > time.time())
    found = await db.execute(select(func.count()).select_from(TokenRecord).where(alive))
    return found.scalar_one()


def _told(sessions: int, tokens: int) -> str:
    return f"Sessions ended: {sessions}. API tokens revoked: {tokens}."
