"""A sign-in that takes more than a password: what comes next, and what ends each step.

There is no session before the last step. In between the browser holds a random value, of which the
console knows who it is of (`backend.identity.steps`); a step ends when the password is changed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.db.identity import UserRecord
from backend.db.signin import SignInStep
from backend.errors import Unauthenticated
from backend.identity.steps import begin_step, read_step, take_step
from backend.identity.tokens import digest

__all__ = ["NEW_PASSWORD", "NextStep", "Reached", "next_of", "reached", "used_up"]

NEW_PASSWORD: Final = "new-password"  # noqa: S105 (a step's name)
PURPOSES: Final = (NEW_PASSWORD,)
_OVER: Final = "This sign-in took too long or is used up: begin it anew."


class NextStep(Unauthenticated):
    """401: right so far. `step` says what is asked next; `state` goes back with the answer."""

    slug, title = "next-step", "One more step"


async def next_of(db: AsyncSession, user: UserRecord, method: str) -> NextStep | None:
    """What is asked of `user`, who showed who they are by `method`, before their session opens;
    None for nothing more."""
    if user.one_time_until is None:
        return None
    if user.one_time_until < time.time():
        raise Unauthenticated("This one-time password is over: ask for a new one.")
    state = await begin_step(db, NEW_PASSWORD, user.id, f"{_mark(user)} {method}")
    return NextStep(
        "This password is good once: choose one that only you know.",
        step=NEW_PASSWORD,
        state=state,
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a sign-in came: whose it is, what is asked, and how they showed who they are."""

    user: UserRecord
    purpose: str
    method: str


async def reached(db: AsyncSession, state: str) -> Reached:
    """What `state` names; 401 when it is over, or the account is not what it was."""
    return await _of(db, await read_step(db, state, *PURPOSES))


async def used_up(db: AsyncSession, state: str) -> Reached:
    """The same, and no other answer gets it."""
    return await _of(db, await take_step(db, state, *PURPOSES))


async def _of(db: AsyncSession, step: SignInStep | None) -> Reached:
    user = await db.get(UserRecord, step.user_id) if step is not None else None
    mark, _, method = step.held.partition(" ") if step is not None else ("", "", "")
    if step is None or user is None or user.disabled or mark != _mark(user):
        raise Unauthenticated(_OVER)
    return Reached(user, step.purpose, method)


def _mark(user: UserRecord) -> str:
    return digest(user.password_hash or "")
