"""Unseal the account with its printed code: by whoever has that, signed in or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import organisation
from backend.audit import Audit, Refusals, Target
from backend.errors import TooManyRequests
from backend.features.breakglass.schemas import UnsealedView
from backend.http.confirming import wrong
from backend.http.connections import address_group
from backend.identity.breakglass import opened_by, unseal
from backend.identity.limits import AttemptLimits, Limit
from backend.parts import part

__all__ = ["Unsealing", "unsealed"]

_WRONG: Final = "This code opens nothing here: it is wrong, or was used already."


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """What counts attempts, and records those that were refused."""

    attempts: AttemptLimits
    refusals: Refusals


async def _doorkeeper(
    attempts: Annotated[AttemptLimits, part(AttemptLimits)],
    refusals: Annotated[Refusals, part(Refusals)],
) -> Doorkeeper:
    return Doorkeeper(attempts, refusals)


Unsealing = Annotated[Doorkeeper, Depends(_doorkeeper)]
"""Route parameter."""


async def unsealed(
    db: AsyncSession, door: Doorkeeper, code: str, request: Request, audit: Audit
) -> UnsealedView:
    """Open the account for an hour. 422 with one text for whatever is wrong, the account missing
    as well; 429 by address alone: the code has 99 bits, and no flood from elsewhere may keep
    anybody from using it."""
    address = request.client.host if request.client else ""
    limit = Limit("unseal", address_group(address), 10, 30.0)
    wait = await door.attempts.take([limit])
    if wait:
        raise TooManyRequests(
            f"Too many codes were tried. Try again in {wait} seconds.",
            headers={"Retry-After": str(wait)},
            retry_after=wait,
        )
    user_id = await opened_by(db, code)
    await db.rollback()  # attempts are written by themselves
    if user_id is not None:
        await door.attempts.give_back([limit])
    opened = await unseal(db, user_id, code, address) if user_id is not None else None
    whole = organisation(audit.origin.organisation)
    if opened is None:
        await db.rollback()  # gives its connection back
        await door.refusals.record(
            audit.origin, "unseal", Target("user", "", "(break-glass)", whole)
        )
        raise wrong("code", _WRONG)
    user = opened.user
    audit.did(
        "unseal-break-glass",
        Target("user", user.id, user.login, whole),
        detail="By its printed code, for one hour. Print a new one when it is over.",
    )
    return UnsealedView(login=user.login, until=opened.until)
