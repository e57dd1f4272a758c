"""The step of a sign-in that sets up a second factor, where the organisation asks for one and the
account has none. The password was right; there is no session before the app's first code is."""

from __future__ import annotations

import time

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import organisation
from auth.subject import Subject, SubjectKind
from auth.totp import matching_step, new_secret
from backend.audit import Audit, Target
from backend.db.identity import UserRecord
from backend.errors import Unauthenticated
from backend.features.session.entrance import (
    Entrance,
    Opened,
    address_of,
    count,
    opened,
    origin_as,
)
from backend.features.session.schemas import NextAnswer
from backend.features.session.steps import OVER, SET_UP_FACTOR, Reached, reached, used_up
from backend.http.authenticators import NewTotp, new_totp
from backend.http.confirming import WRONG_CODE, wrong
from backend.http.connections import address_group
from backend.http.cookies import read_attempt_cookie
from backend.identity.epoch import hold_epoch, raise_epoch
from backend.identity.factors import SECRET, TOTP, add_totp, codes_if_none, factors_of, secret_at
from backend.identity.limits import Limit
from backend.identity.sessions import weaken_sessions, with_factor
from backend.identity.steps import STEPS, read_step
from backend.identity.tokens import digest

__all__ = ["begin", "confirm"]


async def begin(
    db: AsyncSession, entry: Entrance, state: str, request: Request, audit: Audit
) -> NewTotp:
    """A secret for the app of who gave the right password. 401 when that is over, or asks for
    something else."""
    await count(entry, [Limit("set-up-ask", address_group(address_of(request)), 60, 1.0)])
    await reached(db, state, read_attempt_cookie(request))  # nobody else waits for the lock
    await hold_epoch(db)
    at = await reached(db, state, read_attempt_cookie(request))
    step = await read_step(db, state, SET_UP_FACTOR)
    if step is None:
        raise Unauthenticated(OVER)
    secret = new_secret()
    await entry.providers.secrets.put(db, STEPS, step.id, {SECRET: secret})
    return new_totp(state, secret, at.user.login, audit.origin.organisation, step.expires)


async def confirm(
    db: AsyncSession,
    entry: Entrance,
    at: Reached,
    body: NextAnswer,
    *,
    request: Request,
    audit: Audit,
) -> Opened:
    """Make the app theirs with its first code, and open the session. What other sessions of the
    account showed before was less than is asked from now on."""
    if body.code is None:
        raise wrong("code", "Give a code.")
    user_id, secrets = at.user.id, entry.providers.secrets
    await raise_epoch(db, Subject(SubjectKind.USER, user_id))  # the lock, before the step
    secret = await secret_at(db, secrets, STEPS, digest(body.state))
    if secret is None:  # not told one yet, or answered by another at this moment
        raise Unauthenticated(OVER)
    last_step = matching_step(secret, body.code.strip(), time.time())
    if last_step is None:
        raise wrong("code", WRONG_CODE)
    now = await used_up(db, body.state, read_attempt_cookie(request))
    await db.get(UserRecord, user_id, with_for_update=True, populate_existing=True)
    if await factors_of(db, [user_id]):  # set up elsewhere meanwhile: that one is asked for
        raise Unauthenticated(OVER)
    await secrets.remove(db, STEPS, digest(body.state))
    await add_totp(db, secrets, user_id, secret, last_step)
    codes = await codes_if_none(db, user_id)
    await weaken_sessions(db, user_id)
    theirs = audit.acting_as(origin_as(audit, now.user, request))
    account = Target("user", user_id, now.user.login, organisation(audit.origin.organisation))
    theirs.did("add-authenticator", account, detail="Asked for at sign-in.")
    method = with_factor(TOTP)
    entered = await opened(db, entry, now.user, request, audit, method=method)
    return Opened(entered.token, entered.device, tuple(codes))
