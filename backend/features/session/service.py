"""Sign-in, sign-out and setup, with limits and activity entries.

No database connection is held while a password is checked, and an attempt is counted before:
otherwise a few wrong passwords at once would stall everybody, and many would pass a limit for
few.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Principal
from backend.audit import Audit
from backend.db.identity import UserRecord
from backend.errors import Unauthenticated
from backend.features.session.entrance import (
    Entrance,
    Opened,
    address_of,
    asked_next,
    count,
    opened,
    require_let_in,
    session_target,
)
from backend.features.session.schemas import LoginRequest, SetupRequest
from backend.http.connections import address_group
from backend.http.cookies import read_attempt_cookie, read_device_cookie
from backend.http.origin import own_address
from backend.identity import setup
from backend.identity.devices import Familiar, familiar
from backend.identity.limits import Limit, attempt_limits
from backend.identity.sessions import PASSWORD
from backend.identity.tokens import new_token
from backend.providers.leaving import leaving

__all__ = ["complete_setup", "sign_in", "sign_out"]

_WRONG: Final = "The user name or the password is wrong."


async def sign_in(
    db: AsyncSession, entry: Entrance, body: LoginRequest, request: Request, audit: Audit
) -> Opened:
    """Open a session. 401 with one text for every wrong input, 429 when limited, 503 when too
    many passwords are being checked. `db` is used only once the password was right.

    A refused attempt is recorded in a transaction of its own: the request's rolls back. A name
    that is no user is not kept: it may be a password typed into the wrong field.
    """
    group, cookie = address_group(address_of(request)), read_device_cookie(request)
    with ExitStack() as held:
        if cookie is None:  # a stranger whatever the account: turned away before anything is read
            held.enter_context(entry.hashing.place(group, known=False))
        user, place = await _account(entry, body.login, cookie, group)
        trusted = place.device is not None
        if cookie is not None:
            held.enter_context(entry.hashing.place(group, known=trusted))
        stored = user.password_hash if user and not user.disabled else None
        limits = attempt_limits(body.login, group, place.device, known=place.address)
        await count(entry, limits)
        right = await entry.hashing.verify(body.password, stored, known=trusted)
    now = await db.get(UserRecord, user.id) if right and user else None
    if now is None or now.disabled or now.password_hash != stored:
        origin = replace(audit.origin, actor=body.login if user else "(unknown)")
        target = session_target(origin.organisation, origin.actor)
        await entry.refusals.record(origin, "open", target)
        raise Unauthenticated(_WRONG)
    await entry.attempts.give_back(limits)
    await require_let_in(entry, now, PASSWORD, request, audit)
    browser = read_attempt_cookie(request) or new_token()
    async with entry.db_sessions() as own, own.begin():
        step = await asked_next(own, request, now, PASSWORD, browser)
    if step is not None:
        raise step
    return await opened(db, entry, now, request, audit)


async def sign_out(
    db: AsyncSession, entry: Entrance, principal: Principal, audit: Audit, request: Request
) -> str:
    """End the caller's session; where the browser signs out at its provider too, if anywhere."""
    back = f"{own_address(request, entry.settings)}/login"
    url = await leaving(db, entry.providers, principal.credential.id, back)  # asks nobody
    audit.did("close", session_target(principal.organisation, principal.login))
    await entry.identities.end(db, principal.credential)
    return url


async def complete_setup(
    db: AsyncSession, entry: Entrance, body: SetupRequest, request: Request, audit: Audit
) -> Opened:
    """Create the first owner and open their session."""
    group = address_group(address_of(request))
    limits = [Limit("setup", group, 20, 3.0)]
    with entry.hashing.place(group, known=False):
        await count(entry, limits)
        owner = await setup.new_owner(body.login, body.name, body.password, entry.hashing)
    claimed = replace(audit.origin, actor=body.login)
    user = await setup.redeem(db, body.token, owner, audit.acting_as(claimed))
    return await opened(db, entry, user, request, audit)


async def _account(
    entry: Entrance, login: str, cookie: str | None, group: str
) -> tuple[UserRecord | None, Familiar]:
    async with entry.attempts.looking(), entry.db_sessions() as own:
        query = select(UserRecord).where(col(UserRecord.login) == login)
        user = (await own.execute(query)).scalar_one_or_none()
        place = await familiar(own, user.id if user else "", cookie, group)
    return user, place
