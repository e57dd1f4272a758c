"""Sign-in, sign-out and setup, with limits and activity entries."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.password import verify
from auth.principal import Principal
from backend.db.activity import ActivityRecord
from backend.db.identity import UserRecord
from backend.errors import TooManyRequests, Unauthenticated
from backend.features.session.schemas import LoginRequest, SetupRequest
from backend.identity import setup

if TYPE_CHECKING:
    from backend.state import Console

__all__ = ["complete_setup", "sign_in", "sign_out"]


async def sign_in(db: AsyncSession, console: Console, body: LoginRequest, request: Request) -> str:
    """The new session's cookie value; 401 with one text for every wrong input, 429 when limited.

    A refused attempt is recorded in a transaction of its own: the request's rolls back.
    """
    address = _address(request)
    _check_limits(console, body.login, address)
    query = select(UserRecord).where(col(UserRecord.login) == body.login)
    user = (await db.execute(query)).scalar_one_or_none()
    stored = user.password_hash if user and not user.disabled else None
    if not await asyncio.to_thread(verify, body.password, stored) or user is None:
        console.login_limits.failed(f"login:{body.login}")
        console.address_limits.failed(f"address:{address}")
        await _record_refusal(console, body.login if user else "(unknown)", request)
        raise Unauthenticated("The user name or the password is wrong.")
    console.login_limits.succeeded(f"login:{body.login}")
    db.add(_entry(request, user.login, "session.open", "success"))
    return await console.identities.open(db, user, address, request.headers.get("user-agent", ""))


async def sign_out(
    db: AsyncSession, console: Console, principal: Principal, request: Request
) -> None:
    """End the caller's session."""
    db.add(_entry(request, principal.login, "session.close", "success"))
    await console.identities.end(db, principal.session)


async def complete_setup(
    db: AsyncSession, console: Console, body: SetupRequest, request: Request
) -> str:
    """Create the first owner and open their session; the cookie's value."""
    address = _address(request)
    wait = console.address_limits.wait_seconds(f"address:{address}")
    if wait:
        raise _limited(wait)
    owner = setup.NewOwner(body.login, body.name, body.password)
    try:
        user = await setup.redeem(db, body.token, owner, console.settings.organisation)
    except Exception:
        console.address_limits.failed(f"address:{address}")
        raise
    db.add(_entry(request, user.login, "session.open", "success"))
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


async def _record_refusal(console: Console, login: str, request: Request) -> None:
    async with console.sessions() as own, own.begin():
        own.add(_entry(request, login, "session.open", "refused"))


def _entry(request: Request, actor: str, action: str, outcome: str) -> ActivityRecord:
    return ActivityRecord.at_now(
        actor=actor,
        action=action,
        outcome=outcome,
        target_kind="session",
        target=actor,
        address=_address(request),
        request=getattr(request.state, "request_id", ""),
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
