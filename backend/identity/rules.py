"""The organisation's rules for local accounts: which are in force, and whom they concern."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.factors import Passkey, TotpFactor
from backend.db.identity import UserRecord
from backend.db.rules import SignInRule
from backend.errors import Conflict, Unauthenticated
from backend.identity.breakglass import is_break_glass
from backend.identity.factors import factors_of
from backend.identity.sessions import LOCAL, PASSWORD

__all__ = [
    "BREAK_GLASS_ONLY",
    "SECOND_FACTOR",
    "has_app",
    "has_passkey",
    "in_force",
    "lacks_factor",
    "refuse_last_factor",
    "require_local",
]

SECOND_FACTOR: Final = "second-factor"
"""Who signs in with a password has a second factor, or sets one up before anything else."""


BREAK_GLASS_ONLY: Final = "break-glass-only"
"""Of accounts of this console the break-glass account alone signs in here."""


async def in_force(db: AsyncSession, rule: str) -> bool:
    """Whether the rule is switched on, as of this moment."""
    query = select(col(SignInRule.enabled)).where(col(SignInRule.id) == rule)
    return bool((await db.execute(query)).scalar_one_or_none())


async def lacks_factor(db: AsyncSession, user_id: str, method: str) -> bool:
    """Whether showing who one is by `method`, of an account that has no second factor, is not
    enough here."""
    return method == PASSWORD and await _asked_of(db, user_id)


async def _asked_of(db: AsyncSession, user_id: str) -> bool:
    return await in_force(db, SECOND_FACTOR) or await is_break_glass(db, user_id)


async def require_local(db: AsyncSession, user_id: str, method: str) -> None:
    """401 where accounts of this console are not let in by `method`.

    The rule is read under a lock that whoever switches it waits for, with the session already
    written: so of a sign-in at that moment the session is found and ended.
    """
    if method not in LOCAL:
        return
    query = select(col(SignInRule.enabled)).where(col(SignInRule.id) == BREAK_GLASS_ONLY)
    found = await db.execute(query.with_for_update(read=True))
    if found.scalar_one_or_none() and not await is_break_glass(db, user_id):
        raise Unauthenticated(
            "Accounts of this console sign in for emergencies only: sign in by your provider."
        )


async def refuse_last_factor(db: AsyncSession, user_id: str) -> None:
    """409 where a second factor is asked for and what the transaction did so far leaves none."""
    if await _asked_of(db, user_id) and not await factors_of(db, [user_id]):
        raise Conflict(
            "Your account has to have a second factor, and this is your last: add a passkey "
            "first, or ask an administrator to remove it and set up another when you sign in."
        )


def has_passkey() -> ColumnElement[bool]:
    """In a query on accounts: they have a passkey here."""
    return exists().where(col(Passkey.user_id) == col(UserRecord.id))


def has_app() -> ColumnElement[bool]:
    """In a query on accounts: they have an authenticator app here."""
    return exists().where(col(TotpFactor.user_id) == col(UserRecord.id))
