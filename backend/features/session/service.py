"""Sign-in, sign-out and setup, with limits and activity entries.

No database connection is held while a password is checked, and an attempt is counted before:
otherwise a few wrong passwords at once would stall everybody, and many would pass a limit for
few.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from auth.principal import Principal
from auth.scope import organisation
from backend.audit import Audit, Origin, Refusals, Target
from backend.db.identity import UserRecord
from backend.db.session import DbSessions
from backend.errors import TooManyRequests, Unauthenticated
from backend.features.session.schemas import LoginRequest, NextAnswer, SetupRequest
from backend.features.session.steps import Reached, next_of, reached, used_up
from backend.http.connections import address_group
from backend.http.cookies import read_device_cookie
from backend.http.origin import own_address
from backend.identity import setup
from backend.identity.choosing import chosen, put_password
from backend.identity.credentials import Identities
from backend.identity.devices import Familiar, familiar, remember
from backend.identity.hashing import Hashing
from backend.identity.limits import AttemptLimits, Limit, attempt_limits
from backend.identity.tokens import digest
from backend.parts import part
from backend.providers.leaving import leaving
from backend.providers.service import Providers
from backend.settings import Settings

__all__ = ["Door", "Entrance", "Opened", "complete_setup", "go_on", "sign_in", "sign_out"]

_WRONG = "The user name or the password is wrong."


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


async def sign_in(
    db: AsyncSession, entry: Entrance, body: LoginRequest, request: Request, audit: Audit
) -> Opened:
    """Open a session. 401 with one text for every wrong input, 429 when limited, 503 when too
    many passwords are being checked. `db` is used only once the password was right.

    A refused attempt is recorded in a transaction of its own: the request's rolls back. A name
    that is no user is not kept: it may be a password typed into the wrong field.
    """
    group, cookie = address_group(_address(request)), read_device_cookie(request)
    user, place = await _account(entry, body.login, cookie, group)
    trusted = place.device is not None
    stored = user.password_hash if user and not user.disabled else None
    limits = attempt_limits(body.login, group, place.device, known=place.address)
    with entry.hashing.place(group, known=trusted):
        await _count(entry, limits)
        right = await entry.hashing.verify(body.password, stored, known=trusted)
    now = await db.get(UserRecord, user.id) if right and user else None
    if now is None or now.disabled or now.password_hash != stored:
        origin = replace(audit.origin, actor=body.login if user else "(unknown)")
        await entry.refusals.record(origin, "open", _session(origin.organisation, origin.actor))
        raise Unauthenticated(_WRONG)
    await entry.attempts.give_back(limits)
    await _ask_more(entry, now, "password")
    return await _opened(db, entry, now, request, audit)


async def go_on(
    db: AsyncSession, entry: Entrance, body: NextAnswer, request: Request, audit: Audit
) -> Opened:
    """Take the answer to a sign-in's next step; its session opens with the last one. 401 with the
    step after it, or when it is over; 422 when the answer is not right."""
    group = address_group(_address(request))
    await _count(entry, [Limit("address", group, 30, 3.0)])
    async with entry.db_sessions() as own:
        at = await reached(own, body.state)
    return await _with_new_password(db, entry, at, body, request=request, audit=audit)


async def _with_new_password(
    db: AsyncSession,
    entry: Entrance,
    at: Reached,
    body: NextAnswer,
    *,
    request: Request,
    audit: Audit,
) -> Opened:
    before, login = at.user.password_hash, at.user.login
    hashed = await chosen(entry.hashing, body.password, login, before=before)
    now = await used_up(db, body.state)
    await put_password(db, now.user, hashed)
    org = audit.origin.organisation
    theirs = audit.acting_as(Origin(org, login, "user", now.user.id).over(request))
    account = Target("user", now.user.id, login, organisation(org))
    theirs.did("set-password", account, detail="In place of the one-time password.")
    return await _opened(db, entry, now.user, request, audit, method=now.method)


async def _ask_more(entry: Entrance, user: UserRecord, method: str) -> None:
    """Raise what is asked next, if anything; it is kept in a transaction of its own, because the
    request's rolls back."""
    async with entry.db_sessions() as own, own.begin():
        step = await next_of(own, user, method)
    if step is not None:
        raise step


async def sign_out(
    db: AsyncSession, entry: Entrance, principal: Principal, audit: Audit, request: Request
) -> str:
    """End the caller's session; where the browser signs out at its provider too, if anywhere."""
    back = f"{own_address(request, entry.settings)}/login"
    url = await leaving(db, entry.providers, principal.credential.id, back)  # asks nobody
    audit.did("close", _session(principal.organisation, principal.login))
    await entry.identities.end(db, principal.credential)
    return url


async def complete_setup(
    db: AsyncSession, entry: Entrance, body: SetupRequest, request: Request, audit: Audit
) -> Opened:
    """Create the first owner and open their session."""
    group = address_group(_address(request))
    limits = [Limit("setup", group, 20, 3.0)]
    with entry.hashing.place(group, known=False):
        await _count(entry, limits)
        owner = await setup.new_owner(body.login, body.name, body.password, entry.hashing)
    claimed = replace(audit.origin, actor=body.login)
    user = await setup.redeem(db, body.token, owner, audit.acting_as(claimed))
    return await _opened(db, entry, user, request, audit)


async def _account(
    entry: Entrance, login: str, cookie: str | None, group: str
) -> tuple[UserRecord | None, Familiar]:
    async with entry.db_sessions() as own:
        query = select(UserRecord).where(col(UserRecord.login) == login)
        user = (await own.execute(query)).scalar_one_or_none()
        place = await familiar(own, user.id if user else "", cookie, group)
    return user, place


async def _opened(
    db: AsyncSession,
    entry: Entrance,
    user: UserRecord,
    request: Request,
    audit: Audit,
    *,
    method: str = "password",
) -> Opened:
    """The session is recorded as its user's, who was nobody when the request came."""
    org = audit.origin.organisation
    agent = request.headers.get("user-agent", "")
    token = await entry.identities.open(db, user, _address(request), agent, method=method)
    await _require_unchanged(db, user)
    origin = Origin(org, user.login, "user", user.id, "session", digest(token), provider=method)
    audit.acting_as(origin.over(request)).did("open", _session(org, user.login))
    group = address_group(_address(request))
    return Opened(token, await remember(db, user.id, read_device_cookie(request), group))


async def _require_unchanged(db: AsyncSession, user: UserRecord) -> None:
    """401 where the account was switched off, or its password set anew, since it was read.

    Asked with the session already written: a change ends the sessions it finds, so one that comes
    later than this look waits for the new session and ends it.
    """
    await db.flush()
    verified = user.password_hash
    await db.refresh(user, ["password_hash", "disabled"], with_for_update={"read": True})
    if user.disabled or user.password_hash != verified:
        raise Unauthenticated(_WRONG)


async def _count(entry: Entrance, limits: list[Limit]) -> None:
    wait = await entry.attempts.take(limits)
    if wait:
        raise TooManyRequests(
            f"Too many attempts failed. Try again in {wait} seconds.",
            headers={"Retry-After": str(wait)},
            retry_after=wait,
        )


def _session(org: str, login: str) -> Target:
    return Target("session", "", login, organisation(org))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
