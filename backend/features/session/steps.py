"""A sign-in that takes more than a password: what comes next, and what ends each step.

There is no session before the last step. In between the browser holds a random value, good in that
browser alone (its attempt cookie), of which the console knows who it is of
(`backend.identity.steps`); a step ends when the password is changed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.db.identity import UserRecord
from backend.db.signin import SignInStep
from backend.errors import Unauthenticated
from backend.identity.factors import factors_of
from backend.identity.rules import lacks_factor, require_local
from backend.identity.sessions import PASSWORD
from backend.identity.steps import begin_step, read_step, take_step
from backend.identity.tokens import digest

__all__ = [
    "NEW_PASSWORD",
    "OVER",
    "SECOND_FACTOR",
    "SET_UP_FACTOR",
    "NextStep",
    "Reached",
    "next_of",
    "reached",
    "used_up",
]

SECOND_FACTOR: Final = "second-factor"
NEW_PASSWORD: Final = "new-password"  # noqa: S105 (a step's name)
SET_UP_FACTOR: Final = "set-up-factor"
PURPOSES: Final = (SECOND_FACTOR, NEW_PASSWORD, SET_UP_FACTOR)
OVER: Final = "This sign-in took too long or is used up: begin it anew."


class NextStep(Unauthenticated):
    """401: right so far. `step` says what is asked next, of a second factor `methods` which there
    are; `state` goes back with the answer."""

    slug, title = "next-step", "One more step"


async def next_of(db: AsyncSession, user: UserRecord, method: str, browser: str) -> NextStep | None:
    """What is asked of `user`, who showed who they are by `method` in that browser, before their
    session opens; None for nothing more. A reset of the password leaves the second factor asked
    for, and before."""
    await require_local(db, user.id, method)
    if user.one_time_until is not None and user.one_time_until < time.time():
        raise Unauthenticated("This one-time password is over: ask for a new one.")
    asked = await factor_asked(db, user, method)
    if asked:
        told = "Your account asks for a second factor beside the password."
        state = await _begin(db, SECOND_FACTOR, user, method, browser)
        return NextStep(told, step=SECOND_FACTOR, state=state, methods=sorted(asked))
    if user.one_time_until is not None:
        state = await _begin(db, NEW_PASSWORD, user, method, browser)
        told = "This password is good once: choose one that only you know."
        return NextStep(told, step=NEW_PASSWORD, state=state)
    if not await lacks_factor(db, user.id, method):
        return None
    state = await _begin(db, SET_UP_FACTOR, user, method, browser)
    told = "Your organisation asks for a second factor beside the password: set one up now."
    return NextStep(told, step=SET_UP_FACTOR, state=state)


async def factor_asked(db: AsyncSession, user: UserRecord, method: str) -> frozenset[str]:
    """The second factors of which one is asked, of who showed who they are by `method`."""
    if method != PASSWORD:
        return frozenset()
    return (await factors_of(db, [user.id])).get(user.id, frozenset())


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a sign-in came: whose it is, what is asked, and how they showed who they are."""

    user: UserRecord
    purpose: str
    method: str


async def reached(db: AsyncSession, state: str, browser: str | None) -> Reached:
    """What `state` names; 401 when it is over, another browser's, or the account is not what it
    was."""
    return await _of(db, await read_step(db, state, *PURPOSES), browser)


async def used_up(db: AsyncSession, state: str, browser: str | None) -> Reached:
    """The same, and no other answer gets it."""
    return await _of(db, await take_step(db, state, *PURPOSES), browser)


async def _begin(
    db: AsyncSession, purpose: str, user: UserRecord, method: str, browser: str
) -> str:
    held = f"{_mark(user)} {digest(browser)} {method}"
    return await begin_step(db, purpose, user.id, held)


async def _of(db: AsyncSession, step: SignInStep | None, browser: str | None) -> Reached:
    user = await db.get(UserRecord, step.user_id) if step is not None else None
    if step is None or user is None or user.disabled or not browser:
        raise Unauthenticated(OVER)
    *begun, method = step.held.split(" ", 2)
    if begun != [_mark(user), digest(browser)]:
        raise Unauthenticated(OVER)
    return Reached(user, step.purpose, method)


def _mark(user: UserRecord) -> str:
    return digest(user.password_hash or "")
