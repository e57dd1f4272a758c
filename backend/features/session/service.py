"""Sign-in, sign-out and setup, with limits and activity entries."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.password import verify
from auth.principal import Principal
from auth.scope import organisation
from backend.audit import Audit, Origin, Target
from backend.db.identity import UserRecord
from backend.errors import TooManyRequests, Unauthenticated
from backend.features.session.schemas import LoginRequest, SetupRequest
from backend.identity import setup

if TYPE_CHECKING:
    from backend.state import Console

__all__ = ["complete_setup", "sign_in", "sign_out"]


async def sign_in(
    db: AsyncSession, console: Console, body: LoginRequest, request: Request, audit: Audit
) -> str:
    """The new session's cookie value; 401 with one text for every wrong input, 429 when limited.

    A refused attempt is recorded in a transaction of its own: the request's rolls back. A name
    that is no user is not kept: it may be a password typed into the wrong field.
    """
    address = _address(request)
    _check_limits(console, body.login, address)
    query = select(UserRecord).where(col(UserRecord.login) == body.login)
    user = (await db.execute(query)).scalar_one_or_none()
    stored = user.password_hash if user and not user.disabled else None
    if not await asyncio.to_thread(verify, body.password, stored) or user is None:
        console.login_limits.failed(f"login:{body.login}")
        console.address_limits.failed(f"address:{address}")
        origin = replace(audit.origin, actor=body.login if user else "(unknown)")
        await console.refusals.record(origin, "open", _session(origin.organisation, origin.actor))
        raise Unauthenticated("The user name or the password is wrong.")
    console.login_limits.succeeded(f"login:{body.login}")
    _opened(audit, user, request)
    return await console.identities.open(db, user, address, request.headers.get("user-agent", ""))


async def sign_out(db: AsyncSession, console: Console, principal: Principal, audit: Audit) -> None:
    """End the caller's session."""
    audit.did("close", _session(principal.organisation, principal.login))
    await console.identities.end(db, principal.session)


async def complete_setup(
    db: AsyncSession, console: Console, body: SetupRequest, request: Request, audit: Audit
) -> str:
    """Create the first owner and open their session; the cookie's value."""
    address = _address(request)
    wait = console.address_limits.wait_seconds(f"address:{address}")
    if wait:
        raise _limited(wait)
    owner = setup.NewOwner(body.login, body.name, body.password)
    try:
        claimed = replace(audit.origin, actor=body.login)
        user = await setup.redeem(db, body.token, owner, audit.acting_as(claimed))
    except Exception:
        console.address_limits.failed(f"address:{address}")
        raise
    _opened(audit, user, request)
    return await console.identities.open(db, user, address, request.headers.get("user-agent", ""))


def _check_limits(console: Console, login: str, address: str) -> None:
    wait = max(
        console.login_limits.wait_seconds(f"login:{login}"),
        console.address_limits.wait_seconds(f"address:{address}"),
    )
    if wait:
        raise _limited(wait)


def _limited(wait: int) -> TooManyRequests:
    return TooManyRequests(
        f"Too many attempts failed. Try again in {wait} seconds.",
        headers={"Retry-After": str(wait)},
        retry_after=wait,
    )


def _opened(audit: Audit, user: UserRecord, request: Request) -> None:
    """The session is recorded as its user's, who was nobody when the request came."""
    org = audit.origin.organisation
    origin = Origin(org, user.login, "user", user.id).over(request)
    audit.acting_as(origin).did("open", _session(org, user.login))


def _session(org: str, login: str) -> Target:
    return Target("session", "", login, organisation(org))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
