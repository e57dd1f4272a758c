"""The steps of a sign-in behind the password: a second factor, then a password of one's own.

A guess is counted before it is looked at, and what is right is used up with its step in one
transaction: of two browsers with one code, and of two answers to one step, one gets in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from auth.passkeys import NotBelieved
from auth.scope import organisation
from backend.audit import Audit, Target
from backend.db.identity import UserRecord
from backend.features.session import settingup
from backend.features.session.entrance import (
    Entrance,
    Opened,
    address_of,
    asked_next,
    count,
    opened,
    origin_as,
    session_target,
)
from backend.features.session.schemas import NextAnswer
from backend.features.session.steps import (
    SECOND_FACTOR,
    SET_UP_FACTOR,
    NextStep,
    Reached,
    reached,
    used_up,
)
from backend.http.confirming import WRONG_CODE, WRONG_PASSKEY, wrong
from backend.http.connections import address_group
from backend.http.cookies import read_attempt_cookie, read_device_cookie
from backend.http.passkeys import site_of
from backend.identity.choosing import chosen, put_password
from backend.identity.devices import familiar
from backend.identity.epoch import hold_epoch
from backend.identity.factors import PASSKEY, RECOVERY, codes_left, spend_code
from backend.identity.limits import Limit, code_limits
from backend.identity.passkeys import SECOND, use_passkey
from backend.identity.sessions import with_factor

__all__ = ["go_on"]

_MISSING: Final = {"code": "Give a code.", "password": "Give a password."}


async def go_on(
    db: AsyncSession, entry: Entrance, body: NextAnswer, request: Request, audit: Audit
) -> Opened:
    """Take the answer to a sign-in's next step; its session opens with the last one. 401 with the
    step after it, or when it is over; 422 when the answer is not right."""
    address = Limit("address", address_group(address_of(request)), 30, 3.0)
    await count(entry, [address])
    async with entry.db_sessions() as own:
        at = await reached(own, body.state, read_attempt_cookie(request))
    if at.purpose == SET_UP_FACTOR:
        return await settingup.confirm(db, entry, at, body, request=request, audit=audit)
    if at.purpose == SECOND_FACTOR:
        method, told = await _with_factor(entry, at, body, request, audit)
        await entry.attempts.give_back([address])
        return await opened(db, entry, at.user, request, audit, method=method, detail=told)
    return await _with_new_password(db, entry, at, body, request=request, audit=audit)


async def _with_factor(
    entry: Entrance, at: Reached, body: NextAnswer, request: Request, audit: Audit
) -> tuple[str, str]:
    """The method by which they are let in, and a sentence for the record."""
    if body.code is None and body.credential is None:
        raise wrong("code", _MISSING["code"])
    # Nobody guesses what a passkey answers: only codes count against their account.
    limits = await _limits(entry, at.user, request) if body.credential is None else []
    await count(entry, limits)
    step: NextStep | None = None
    method, told = "", ""
    async with entry.db_sessions() as own, own.begin():
        spent = await _spend(own, entry, at, body, request)
        if spent.factor:
            browser = read_attempt_cookie(request)
            now = await used_up(own, body.state, browser)
            method, told = with_factor(spent.factor), spent.told
            if spent.factor == RECOVERY:
                told = f"By a recovery code; {await codes_left(own, now.user.id)} are left."
                _used_recovery(own, audit, now.user, request, told)
            step = await asked_next(own, request, now.user, method, browser or "")
    if not spent.factor:
        await _refuse(entry, at, request, audit, spent)
    await entry.attempts.give_back(limits)
    if step is not None:
        raise step
    return method, told


@dataclass(frozen=True, slots=True)
class _Spent:
    """What a second factor's answer was worth: by which one it is right, and what the record says
    of it. Without, why not."""

    factor: str = ""
    told: str = ""
    refused: NotBelieved | None = None


async def _spend(
    db: AsyncSession, entry: Entrance, at: Reached, body: NextAnswer, request: Request
) -> _Spent:
    """Use up what was answered; the caller's transaction commits, right or wrong."""
    if body.credential is None:
        secrets = entry.providers.secrets
        return _Spent(await spend_code(db, secrets, at.user.id, body.code or "") or "")
    site, bound = site_of(entry.settings), read_attempt_cookie(request)
    try:
        used = await use_passkey(
            db, site, body.credential, purpose=SECOND, bound=bound, user_id=at.user.id
        )
    except NotBelieved as error:
        return _Spent(refused=error)
    return _Spent(PASSKEY, f"By the passkey {used.name}.")


async def _refuse(
    entry: Entrance, at: Reached, request: Request, audit: Audit, spent: _Spent
) -> NoReturn:
    target = session_target(audit.origin.organisation, at.user.login)
    origin, action = origin_as(audit, at.user, request), "open"
    why = "The password was right, the second factor wrong."
    if spent.refused is None:
        await entry.refusals.record(origin, action, target, why)
        raise wrong("code", WRONG_CODE)
    action, why = spent.refused.action(action), f"{why} By a passkey: {spent.refused}."
    await entry.refusals.record(origin, action, target, why)
    raise wrong("credential", WRONG_PASSKEY)


async def _limits(entry: Entrance, user: UserRecord, request: Request) -> list[Limit]:
    group = address_group(address_of(request))
    async with entry.db_sessions() as own:
        place = await familiar(own, user.id, read_device_cookie(request), group)
    return code_limits(user.id, group, place.device, known=place.address)


def _used_recovery(
    db: AsyncSession, audit: Audit, user: UserRecord, request: Request, told: str
) -> None:
    """Recorded where it is used up, whether or not the sign-in comes to its end."""
    theirs = Audit(db, origin_as(audit, user, request))
    target = Target("user", user.id, user.login, organisation(audit.origin.organisation))
    theirs.did("use-recovery-code", target, detail=told)


async def _with_new_password(
    db: AsyncSession,
    entry: Entrance,
    at: Reached,
    body: NextAnswer,
    *,
    request: Request,
    audit: Audit,
) -> Opened:
    if body.password is None:
        raise wrong("password", _MISSING["password"])
    before, login = at.user.password_hash, at.user.login
    hashed = await chosen(entry.hashing, body.password, login, before=before)
    await hold_epoch(db)  # before the step, as who takes somebody's steps away
    now = await used_up(db, body.state, read_attempt_cookie(request))
    await put_password(db, now.user, hashed)
    theirs = audit.acting_as(origin_as(audit, now.user, request))
    account = Target("user", now.user.id, login, organisation(audit.origin.organisation))
    theirs.did("set-password", account, detail="In place of the one-time password.")
    await db.flush()
    step = await asked_next(db, request, now.user, now.method, read_attempt_cookie(request) or "")
    if step is not None:
        await db.commit()  # the password is theirs, whatever comes of what is asked next
        raise step
    return await opened(db, entry, now.user, request, audit, method=now.method)
