"""The device authorisation grant (RFC 8628; security reference, section 6): requests and answers.

A command line asks and is given two codes: a device code, which it keeps, and a user code of eight
consonants, which its person types into a page of the console where they are signed in. Both are
stored hashed, good for ten minutes and once.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.signin import DeviceRequest
from backend.identity.tokens import digest, new_token

__all__ = ["LIFETIME", "Answer", "Codes", "Polled", "ask", "decide", "pending", "poll", "readable"]

LIFETIME: Final = 600.0
INTERVAL: Final = 5.0
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no word comes about, and nothing that looks like a digit (section 6.1)."""
_LENGTH: Final = 8
_MOST: Final = 5000
"""Requests that wait at once. New ones are refused then: none that waits is ever put out."""


class Answer(StrEnum):
    """What a device is told while it has no session, in the RFC's words."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    DENIED = "access_denied"
    EXPIRED = "expired_token"


@dataclass(frozen=True, slots=True)
class Codes:
    """What a device is given: told once and kept nowhere."""

    device: str
    user: str


@dataclass(frozen=True, slots=True)
class Polled:
    """A request that was allowed, and is used up: whose session begins, and what it is called."""

    user_id: str | None
    client: str
    address: str
    strong_at: float | None


async def ask(db: AsyncSession, client: str, address: str) -> Codes | None:
    """The codes of a new request; None when too many wait. The caller's transaction commits."""
    now = time.time()
    await db.execute(delete(DeviceRequest).where(col(DeviceRequest.expires) < now - LIFETIME))
    waiting = select(func.count()).select_from(DeviceRequest)
    waiting = waiting.where(col(DeviceRequest.expires) >= now)
    if (await db.execute(waiting)).scalar_one() >= _MOST:
        return None
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    codes = Codes(new_token(), f"{letters[:4]}-{letters[4:]}")
    db.add(
        DeviceRequest(
            id=digest(codes.device),
            code=_hashed(codes.user),
            client=client[:128],
            address=address[:64],
            created=now,
            expires=now + LIFETIME,
            interval=INTERVAL,
        )
    )
    return codes


async def pending(db: AsyncSession, code: str) -> DeviceRequest | None:
    """The request with this user code that nobody has answered; what is over, used and wrong
    looks alike: None."""
    query = select(DeviceRequest).where(
        col(DeviceRequest.code) == _hashed(code),
        col(DeviceRequest.expires) > time.time(),
        col(DeviceRequest.decision) == "",
    )
    return (await db.execute(query)).scalar_one_or_none()


async def decide(
    db: AsyncSession, code: str, user_id: str, *, allow: bool, strong_at: float | None
) -> DeviceRequest | None:
    """Answer a pending request, once: the request as answered; None where it is none any more."""
    found = await pending(db, code)
    if found is None:
        return None
    open_still = (col(DeviceRequest.id) == found.id) & (col(DeviceRequest.decision) == "")
    answered = update(DeviceRequest).where(open_still).returning(col(DeviceRequest.id))
    answered = answered.values(
        decision="allowed" if allow else "denied", user_id=user_id, strong_at=strong_at
    ).execution_options(synchronize_session=False)
    return found if (await db.execute(answered)).first() is not None else None


async def poll(db: AsyncSession, device_code: str) -> Polled | Answer:
    """What the device gets now. An allowed request is used up by the answer; one that asks sooner
    than it may has to wait five seconds longer from then on. The caller's transaction commits."""
    now, key = time.time(), col(DeviceRequest.id) == digest(device_code)
    used = delete(DeviceRequest).where(
        key, col(DeviceRequest.decision) == "allowed", col(DeviceRequest.expires) > now
    )
    statement = used.returning(
        col(DeviceRequest.user_id),
        col(DeviceRequest.client),
        col(DeviceRequest.address),
        col(DeviceRequest.strong_at),
    ).execution_options(synchronize_session=False)
    found = (await db.execute(statement)).first()
    if found is not None:
        return Polled(*found)
    record = await db.get(DeviceRequest, digest(device_code))
    if record is None or record.expires <= now:
        return Answer.EXPIRED
    if record.decision == "denied":
        return Answer.DENIED
    soon = now < record.polled + record.interval
    record.polled = now
    if soon:
        record.interval += INTERVAL
        return Answer.SLOW_DOWN
    return Answer.PENDING


def readable(code: str) -> str:
    """A user code as it is shown, however it was typed: ``bcdf ghjk`` is ``BCDF-GHJK``."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return f"{letters[:4]}-{letters[4:]}"


def _hashed(code: str) -> str:
    return digest(readable(code))
