"""One's authenticator app and recovery codes: set up, made anew, removed; and another's taken away.

Until a code confirms it, an app's secret belongs to a step that is begun
(`backend.identity.steps`), sealed under its id and gone with it. Confirming takes the step, so that
an account has one app and ten codes, whatever two browsers do at once.
"""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.subject import Subject, SubjectKind
from auth.totp import matching_step, new_secret
from backend.audit import Audit
from backend.db.factors import TotpFactor
from backend.db.identity import UserRecord
from backend.errors import Conflict, NotFoundProblem
from backend.features.account.passwords import of_another, target_of
from backend.features.account.schemas import (
    RecoveryCodes,
    SecondFactorsRemoved,
    TotpConfirmation,
)
from backend.http.authenticators import NewTotp, new_totp
from backend.http.confirming import CodeCheck, code_guesses, refuse_many
from backend.http.guard import no_such
from backend.identity.epoch import hold_epoch, raise_epoch
from backend.identity.factors import (
    SECRET,
    add_totp,
    codes_if_none,
    factors_of,
    forget_codes_if_alone,
    remove_factors,
    remove_totp,
    renew_codes,
    secret_at,
)
from backend.identity.rules import refuse_last_factor
from backend.identity.sessions import end_sessions, weaken_sessions
from backend.identity.steps import (
    STEP_SECONDS,
    STEPS,
    begin_step,
    forget_steps_of,
    read_step,
    take_step,
)
from backend.identity.tokens import digest

__all__ = ["begin", "confirm", "new_codes", "own_user", "remove", "take_away", "weaken_others"]

SET_UP: Final = "totp-set-up"
_OVER: Final = "This set-up took too long, or was begun anew elsewhere: begin it again."
_THERE: Final = "Your account has an authenticator app already: remove that first."


async def begin(db: AsyncSession, caller: Principal, check: CodeCheck) -> NewTotp:
    """A secret for the caller's app, told this one time; whatever they began before ends."""
    await hold_epoch(db)  # the lock, before the steps, as in `confirm`
    user = await own_user(db, caller)
    if user.password_hash is None:
        raise Conflict("The console has no password of yours: your provider asks for more.")
    if await db.get(TotpFactor, user.id) is not None:
        raise Conflict(_THERE)
    await forget_steps_of(db, user.id, SET_UP)
    secret = new_secret()
    state = await begin_step(db, SET_UP, user.id)
    await check.secrets.put(db, STEPS, digest(state), {SECRET: secret})
    until = time.time() + STEP_SECONDS
    return new_totp(state, secret, user.login, caller.organisation, until)


async def confirm(
    db: AsyncSession, audit: Audit, caller: Principal, body: TotpConfirmation, check: CodeCheck
) -> RecoveryCodes:
    """Make it the caller's app, once a code of it was given; recovery codes, told this one time,
    for who had none. Their other sessions have to show the new factor before they do what asks for
    it."""
    limits = code_guesses(caller)
    await refuse_many(check.attempts, limits)
    step = await read_step(db, body.state, SET_UP)
    if step is None or step.user_id != caller.id:
        raise Conflict(_OVER)
    secret = await secret_at(db, check.secrets, STEPS, step.id)
    last_step = matching_step(secret or "", body.code.strip(), time.time())
    if secret is None or last_step is None:
        await db.rollback()  # gives its connection back
        await check.refuse(audit, caller)
    await check.attempts.give_back(limits)
    await raise_epoch(db, caller.subject)  # the lock: of two at once the second finds none
    if await take_step(db, body.state, SET_UP) is None:
        raise Conflict(_OVER)
    # Locked: who signs in by the password at this moment is refused, or among the others below.
    user = await db.get(UserRecord, caller.id, with_for_update=True, populate_existing=True)
    if user is None or user.password_hash is None:
        raise Conflict(_OVER)
    if await db.get(TotpFactor, user.id, populate_existing=True) is not None:
        raise Conflict(_THERE)
    await forget_steps_of(db, user.id, SET_UP)
    await add_totp(db, check.secrets, user.id, secret, last_step)
    codes = await codes_if_none(db, user.id)
    await weaken_others(db, caller)
    audit.did("add-authenticator", target_of(user, caller))
    return RecoveryCodes(codes=codes)


async def new_codes(db: AsyncSession, audit: Audit, caller: Principal) -> RecoveryCodes:
    """Ten new recovery codes in place of those before."""
    await raise_epoch(db, caller.subject)
    user = await own_user(db, caller)
    if not await factors_of(db, [user.id]):
        raise Conflict("Your account has no second factor that recovery codes could stand for.")
    codes = await renew_codes(db, user.id)
    audit.did("renew-recovery-codes", target_of(user, caller))
    return RecoveryCodes(codes=codes)


async def remove(db: AsyncSession, audit: Audit, caller: Principal, check: CodeCheck) -> None:
    """Take the caller's app away. With their last second factor the recovery codes go, and their
    password signs in; 409 where the organisation asks for one."""
    await raise_epoch(db, caller.subject)
    user = await own_user(db, caller)
    if not await remove_totp(db, check.secrets, user.id):
        raise NotFoundProblem(no_such("authenticator app"))
    await refuse_last_factor(db, user.id)
    await forget_codes_if_alone(db, user.id)
    audit.did("remove-authenticator", target_of(user, caller))


async def take_away(
    db: AsyncSession,
    audit: Audit,
    caller: Principal,
    user_id: str,
    *,
    check: CodeCheck,
    catalogue: Catalogue,
) -> SecondFactorsRemoved:
    """Take somebody else's second factors away, who lost them: their sessions end, and what they
    began. 403 for an account that may more than the caller."""
    await raise_epoch(db, Subject(SubjectKind.USER, user_id))
    user = await of_another(db, caller, user_id, catalogue)
    # Locked: who signs in with one of them at this moment is refused, or among those who end.
    await db.get(UserRecord, user.id, with_for_update=True, populate_existing=True)
    had = await remove_factors(db, check.secrets, user.id)
    if not had:
        raise Conflict(f"{user.login} has no second factor.")
    await forget_steps_of(db, user.id)
    ended = await end_sessions(db, user.id)
    told = f"Removed: {', '.join(sorted(had))}. Sessions ended: {ended}."
    audit.did("remove-second-factors", target_of(user, caller), detail=told)
    return SecondFactorsRemoved(sessions_ended=ended)


async def own_user(db: AsyncSession, caller: Principal) -> UserRecord:
    """The caller's account, or 404."""
    user = await db.get(UserRecord, caller.id)
    if user is None:
        raise NotFoundProblem(no_such("user"))
    return user


async def weaken_others(db: AsyncSession, caller: Principal) -> None:
    """What the caller's other sessions showed before was less than is asked from now on."""
    await weaken_sessions(db, caller.id, but=caller.credential.id)
