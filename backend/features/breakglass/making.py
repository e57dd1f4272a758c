"""Make the break-glass account, and seal it anew."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from auth.binding import Binding
from auth.kinds import Catalogue
from auth.principal import Principal
from auth.role import OWNER
from auth.scope import organisation, render
from auth.subject import Subject, SubjectKind
from auth.totp import matching_step, new_secret
from backend.audit import Audit, Target
from backend.db.breakglass import BreakGlass
from backend.db.identity import UserRecord
from backend.db.rights import BindingRecord
from backend.errors import Conflict, NotFoundProblem
from backend.features.breakglass.schemas import BreakGlassCode, BreakGlassMade, NewBreakGlass
from backend.http.authenticators import NewTotp, new_totp
from backend.http.confirming import CodeCheck, code_guesses, refuse_many, wrong
from backend.http.guard import no_such
from backend.identity.breakglass import read_break_glass, seal
from backend.identity.choosing import chosen
from backend.identity.epoch import hold_epoch, raise_epoch
from backend.identity.factors import SECRET, add_totp, renew_codes, secret_at
from backend.identity.granting import refuse_escalation
from backend.identity.hashing import Hashing
from backend.identity.roles import present_roles
from backend.identity.steps import (
    STEP_SECONDS,
    STEPS,
    begin_step,
    forget_steps_of,
    read_step,
    take_step,
)
from backend.identity.tokens import digest

__all__ = ["begin", "make", "require_owner", "reseal"]

SET_UP: Final = "break-glass-set-up"
LOGIN: Final = "break-glass"
_OVER: Final = "This set-up took too long, or was begun anew elsewhere: begin it again."
_THERE: Final = "There is a break-glass account already."


async def require_owner(db: AsyncSession, caller: Principal, catalogue: Catalogue) -> None:
    """403 unless the caller could make an owner: who holds the account's code can be one."""
    role = (await present_roles(db, catalogue))[OWNER]
    whole = organisation(caller.organisation)
    given = Binding("", caller.subject, role, whole, None)
    refuse_escalation(caller, [given], "The break-glass account is an owner")


async def begin(db: AsyncSession, caller: Principal, check: CodeCheck) -> NewTotp:
    """A secret for the account's app, told this one time; what the caller began before ends."""
    await hold_epoch(db)
    if await read_break_glass(db) is not None:
        raise Conflict(_THERE)
    if await db.get(UserRecord, caller.id) is None:  # a step is somebody's; theirs may be gone now
        raise Conflict("Your own account is not there any more: sign in again.")
    await forget_steps_of(db, caller.id, SET_UP)
    secret = new_secret()
    state = await begin_step(db, SET_UP, caller.id)
    await check.secrets.put(db, STEPS, digest(state), {SECRET: secret})
    until = time.time() + STEP_SECONDS
    return new_totp(state, secret, LOGIN, caller.organisation, until)


async def make(
    db: AsyncSession,
    audit: Audit,
    caller: Principal,
    body: NewBreakGlass,
    *,
    check: CodeCheck,
    hashing: Hashing,
) -> BreakGlassMade:
    """The account, sealed: an owner with a password and an app, and the code, told once."""
    limits = code_guesses(caller)
    await refuse_many(check.attempts, limits)
    step = await read_step(db, body.state, SET_UP)
    if step is None or step.user_id != caller.id:
        raise Conflict(_OVER)
    secret = await secret_at(db, check.secrets, STEPS, step.id)
    last_step = matching_step(secret or "", body.code.strip(), time.time()) if secret else None
    if secret is None or last_step is None:
        raise wrong("code", "The code is wrong: give the one the app shows now.")
    await check.attempts.give_back(limits)
    await db.rollback()  # gives its connection back while the password is hashed
    password = await chosen(hashing, body.password, body.login, before=None)
    await raise_epoch(db)  # the lock: of two at once the second finds no step, or the account
    if await take_step(db, body.state, SET_UP) is None:
        raise Conflict(_OVER)
    if await read_break_glass(db) is not None:
        raise Conflict(_THERE)
    await forget_steps_of(db, caller.id, SET_UP)
    user = await _account(db, caller, body.login, password)
    await add_totp(db, check.secrets, user.id, secret, last_step)
    recovery = await renew_codes(db, user.id)
    row = BreakGlass(user_id=user.id, code="")
    db.add(row)
    await db.flush()
    code, ended = await seal(db, row, caller.login)
    audit.did("create-break-glass", target_of(user, caller))
    return BreakGlassMade(
        login=user.login, code=code, sessions_ended=ended, recovery_codes=recovery
    )


async def reseal(
    db: AsyncSession, audit: Audit, caller: Principal, row: BreakGlass
) -> BreakGlassCode:
    """Switch the account off with a new code; its sessions end."""
    user = await db.get(UserRecord, row.user_id)
    if user is None:
        raise NotFoundProblem(no_such("break-glass account"))
    code, ended = await seal(db, row, caller.login)
    detail = f"A new code was printed. Sessions ended: {ended}."
    audit.did("seal-break-glass", target_of(user, caller), detail=detail)
    return BreakGlassCode(login=user.login, code=code, sessions_ended=ended)


def target_of(user: UserRecord, caller: Principal) -> Target:
    """The account, for the record."""
    return Target("user", user.id, user.login, organisation(caller.organisation))


async def _account(db: AsyncSession, caller: Principal, login: str, password: str) -> UserRecord:
    user = UserRecord(login=login, name="Break-glass", password_hash=password, disabled=True)
    db.add(user)
    try:
        await db.flush()
    except IntegrityError as error:
        raise Conflict(f"The user name {login!r} is taken.") from error
    db.add(
        BindingRecord(
            subject_kind=SubjectKind.USER,
            subject_id=user.id,
            role_id=OWNER,
            scope=render(organisation(caller.organisation)),
            reason="Break-glass: in force while the account is unsealed.",
            created_by=caller.login,
        )
    )
    await raise_epoch(db, Subject(SubjectKind.USER, user.id))
    return user
