"""Answers of SAML providers between their two halves.

A provider has the browser post its answer from its own page. That request carries no cookie of
ours (they are SameSite=Lax), so nothing is signed in by it: it is verified, once, and what it
states is kept beside the attempt it answers. The browser then comes by itself, with its cookies,
and only the one that began the attempt gets anything from it (`attempts.take`).
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.oidc.problems import Rejected
from auth.person import Person
from backend.identity.tokens import digest
from backend.providers.table import AssertionSeen, LoginAttempt

__all__ = ["Asserted", "Failure", "forget_old", "keep_answer", "read_kept", "use_up", "waiting"]

COMING_SECONDS: Final = 120.0
"""For so long what was verified waits for the browser."""


@dataclass(frozen=True, slots=True)
class Asserted:
    """A person as a believed assertion tells of them, and when and how they signed in there."""

    person: Person
    identifier: str
    ends: float
    authenticated: float
    context: str
    claims: dict[str, object]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is none; `code` is what the sign-in page is told."""

    code: str
    detail: str


async def waiting(db: AsyncSession, state: str, *, provider: str) -> LoginAttempt | None:
    """The attempt that `state` names, while nothing has answered it."""
    query = select(LoginAttempt).where(
        col(LoginAttempt.id) == digest(state),
        col(LoginAttempt.provider) == provider,
        col(LoginAttempt.answer).is_(None),
        col(LoginAttempt.expires) > time.time(),
    )
    return (await db.execute(query)).scalar_one_or_none()


async def keep_answer(db: AsyncSession, attempt: str, found: Asserted | Failure) -> bool:
    """Keep what the answer to an attempt is worth; of two answers at once one is kept. The
    caller's transaction commits."""
    now = time.time()
    kept = json.dumps(asdict(found), default=str)
    written = (
        update(LoginAttempt)
        .where(
            col(LoginAttempt.id) == attempt,
            col(LoginAttempt.answer).is_(None),
            col(LoginAttempt.expires) > now,
        )
        .values(answer=kept, expires=now + COMING_SECONDS)
        .returning(col(LoginAttempt.id))
        .execution_options(synchronize_session=False)
    )
    return (await db.execute(written)).first() is not None


async def use_up(db: AsyncSession, provider: str, found: Asserted) -> None:
    """Remember the assertion's id until it is over, on every replica. Raises `Rejected` where it
    was used before."""
    seen = digest(f"{provider} {found.person.issuer} {found.identifier}")
    try:
        async with db.begin_nested():
            db.add(AssertionSeen(id=seen, expires=found.ends))
    except IntegrityError:
        raise Rejected("the assertion was used before") from None


def read_kept(attempt: LoginAttempt) -> Asserted | Failure | None:
    """What an attempt that was taken holds; None where nothing answered it."""
    if attempt.answer is None:
        return None
    told: dict[str, Any] = json.loads(attempt.answer)
    if "code" in told:
        return Failure(**told)
    person = told.pop("person")
    groups = tuple(person.pop("groups"))
    return Asserted(person=Person(**person, groups=groups), **told)


async def forget_old(db: AsyncSession) -> None:
    """Remove the ids of assertions that are over: they are refused for that."""
    await db.execute(delete(AssertionSeen).where(col(AssertionSeen.expires) < time.time()))
