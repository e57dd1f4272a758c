"""What one answer ends: the next step of a sign-in, and challenges. Kept here and not in the
browser, which holds a random value: good once, ten minutes, for one purpose."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.signin import SignInStep
from backend.identity.tokens import digest, new_token
from backend.secrets.table import SealedSecret

__all__ = [
    "STEPS",
    "STEP_SECONDS",
    "begin_step",
    "forget_old_steps",
    "forget_steps_of",
    "read_step",
    "take_step",
]

STEP_SECONDS: Final = 600.0
STEPS: Final = "sign_in_step"
"""Where secrets that a step holds lie sealed, under its id."""


async def begin_step(
    db: AsyncSession, purpose: str, user_id: str | None = None, held: str = ""
) -> str:
    """The value that the answer must bring. The caller's transaction commits."""
    token = new_token()
    expires = time.time() + STEP_SECONDS
    step = SignInStep(
        id=digest(token), purpose=purpose, user_id=user_id, held=held, expires=expires
    )
    db.add(step)
    await db.flush()
    return token


async def read_step(db: AsyncSession, token: str, *purposes: str) -> SignInStep | None:
    """The step as it was begun, for an answer that may turn out wrong; None when it is over."""
    query = select(SignInStep).where(
        col(SignInStep.id) == digest(token),
        col(SignInStep.purpose).in_(purposes),
        col(SignInStep.expires) > time.time(),
    )
    return (await db.execute(query)).scalar_one_or_none()


async def take_step(db: AsyncSession, token: str, *purposes: str) -> SignInStep | None:
    """The same, used up by this: of two answers at once one gets it."""
    wanted = delete(SignInStep).where(
        col(SignInStep.id) == digest(token),
        col(SignInStep.purpose).in_(purposes),
        col(SignInStep.expires) > time.time(),
    )
    return (await db.execute(wanted.returning(SignInStep))).scalar_one_or_none()


async def forget_old_steps(db: AsyncSession, now: float) -> None:
    """Remove what nobody answered, with what it held."""
    await db.execute(delete(SignInStep).where(col(SignInStep.expires) < now))
    await _forget_secrets(db)


async def forget_steps_of(db: AsyncSession, user_id: str, *purposes: str) -> None:
    """Remove what somebody began for those purposes, or for any; nothing can end it any more."""
    theirs = delete(SignInStep).where(col(SignInStep.user_id) == user_id)
    if purposes:
        theirs = theirs.where(col(SignInStep.purpose).in_(purposes))
    await db.execute(theirs)
    await _forget_secrets(db)


async def _forget_secrets(db: AsyncSession) -> None:
    open_still = select(col(SignInStep.id))
    await db.execute(
        delete(SealedSecret).where(
            col(SealedSecret.owner) == STEPS, col(SealedSecret.row).not_in(open_still)
        )
    )
