"""What signing in works with, and the opening of the session it ends with."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.scope import organisation
from backend.audit import Audit, Origin, Refusals, Target
from backend.db.breakglass import BreakGlass
from backend.db.identity import UserRecord
from backend.db.session import DbSessions
from backend.errors import TooManyRequests, Unauthenticated
from backend.features.session.steps import OVER, NextStep, factor_asked, next_of
from backend.http.connections import address_group
from backend.http.cookies import attempt_cookie, read_device_cookie
from backend.identity.breakglass import read_break_glass
from backend.identity.credentials import Identities
from backend.identity.devices import remember
from backend.identity.hashing import Hashing
from backend.identity.limits import AttemptLimits, Limit
from backend.identity.rules import lacks_factor, require_local
from backend.identity.sessions import PASSWORD
from backend.identity.steps import STEP_SECONDS
from backend.identity.tokens import digest
from backend.parts import part
from backend.providers.service import Providers
from backend.settings import Settings

__all__ = [
    "Door",
    "Entrance",
    "Opened",
    "address_of",
    "asked_next",
    "count",
    "opened",
    "origin_as",
    "require_let_in",
    "session_target",
]


@dataclass(frozen=True, slots=True)
class Entrance:
    """What signing in works with."""

    db_sessions: async_sessionmaker[AsyncSession]
    identities: Identities
    attempts: AttemptLimits
    hashing: Hashing
    refusals: Refusals
    providers: Providers
    settings: Settings


async def entrance(
    db_sessions: DbSessions,
    identities: Annotated[Identities, part(Identities)],
    attempts: Annotated[AttemptLimits, part(AttemptLimits)],
    *,
    hashing: Annotated[Hashing, part(Hashing)],
    refusals: Annotated[Refusals, part(Refusals)],
    providers: Annotated[Providers, part(Providers)],
    settings: Annotated[Settings, part(Settings)],
) -> Entrance:
    """The running console's."""
    return Entrance(
        db_sessions, identities, attempts, hashing, refusals, providers=providers, settings=settings
    )


Door = Annotated[Entrance, Depends(entrance)]
"""Route parameter."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened: the values of its cookie and of the browser's."""

    token: str
    device: str
    codes: tuple[str, ...] = ()
    """Recovery codes that came about by it, told this one time."""


async def asked_next(
    db: AsyncSession, request: Request, user: UserRecord, method: str, browser: str
) -> NextStep | None:
    """What is asked next, if anything, with the cookie of the browser that is to answer. The
    caller's transaction commits: not the request's, which the answer rolls back."""
    step = await next_of(db, user, method, browser)
    if step is not None:
        step.headers["Set-Cookie"] = attempt_cookie(request, browser, 2 * STEP_SECONDS)
    return step


async def opened(
    db: AsyncSession,
    entry: Entrance,
    user: UserRecord,
    request: Request,
    audit: Audit,
    *,
    method: str = PASSWORD,
    detail: str = "",
) -> Opened:
    """Open the session; it is recorded as its user's, who was nobody when the request came. 401
    where a second factor was set up, or the account switched off, at this moment."""
    org = audit.origin.organisation
    agent = request.headers.get("user-agent", "")
    glass = await _emergency(db, user)
    until = glass.until if glass is not None else None
    token = await entry.identities.open(
        db, user, address_of(request), agent, method=method, until=until
    )
    await _require_unchanged(db, user, method)
    if glass is not None:  # behind the account: the order of locks
        glass.used, glass.used_from = time.time(), address_of(request)[:64]
    origin = Origin(org, user.login, "user", user.id, "session", digest(token), provider=method)
    theirs = audit.acting_as(origin.over(request))
    theirs.did("open", session_target(org, user.login), detail=detail)
    group = address_group(address_of(request))
    return Opened(token, await remember(db, user.id, read_device_cookie(request), group))


async def _emergency(db: AsyncSession, user: UserRecord) -> BreakGlass | None:
    """How the break-glass account stands, whose sessions end with its hour; 401 when that is over.
    None for any other account."""
    row = await read_break_glass(db, user.id)
    if row is None:
        return None
    if row.until is None or row.until <= time.time():
        raise Unauthenticated(OVER)
    return row


async def _require_unchanged(db: AsyncSession, user: UserRecord, method: str) -> None:
    """401 where since it was read the account was switched off, its password set anew, or a second
    factor set up of which nothing was asked, or the rule made that there be one.

    Asked with the session already written: a change ends the sessions it finds, so one that comes
    later than this look waits for the new session and ends it.
    """
    await db.flush()
    await require_local(db, user.id, method)
    verified = user.password_hash
    now = await db.get(UserRecord, user.id, with_for_update={"read": True}, populate_existing=True)
    if now is None or now.disabled or now.password_hash != verified:
        raise Unauthenticated(OVER)
    if await factor_asked(db, now, method) or await lacks_factor(db, user.id, method):
        raise Unauthenticated(OVER)


async def require_let_in(
    entry: Entrance, user: UserRecord, method: str, request: Request, audit: Audit
) -> None:
    """401 where accounts of this console are not let in, recorded, before anything more is asked.
    `opened` looks again, under the lock."""
    try:
        async with entry.db_sessions() as own:
            await require_local(own, user.id, method)
    except Unauthenticated:
        target = session_target(audit.origin.organisation, user.login)
        why = "Accounts of this console sign in for emergencies only."
        await entry.refusals.record(origin_as(audit, user, request), "open", target, why)
        raise


async def count(entry: Entrance, limits: list[Limit]) -> None:
    """Count an attempt, before it is looked at; 429."""
    wait = await entry.attempts.take(limits)
    if wait:
        raise TooManyRequests(
            f"Too many attempts failed. Try again in {wait} seconds.",
            headers={"Retry-After": str(wait)},
            retry_after=wait,
        )


def origin_as(audit: Audit, user: UserRecord, request: Request) -> Origin:
    """Who asks, told by a sign-in that is not at its end."""
    return Origin(audit.origin.organisation, user.login, "user", user.id).over(request)


def session_target(org: str, login: str) -> Target:
    """A session, for the record."""
    return Target("session", "", login, organisation(org))


def address_of(request: Request) -> str:
    """The address of the peer."""
    return request.client.host if request.client else ""
