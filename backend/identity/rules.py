"""The organisation's rules for local accounts: which are in force, and whom they concern."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.factors import Passkey, TotpFactor
from backend.db.identity import UserRecord
from backend.db.rules import SignInRule
from backend.errors import Conflict
from backend.identity.factors import factors_of
from backend.identity.sessions import PASSWORD

__all__ = [
    "SECOND_FACTOR",
    "has_app",
    "has_passkey",
    "in_force",
    "lacks_factor",
    "refuse_last_factor",
]

SECOND_FACTOR: Final = "second-factor"
"""Who signs in with a password has a second factor, or sets one up before anything else."""


async def in_force(db: AsyncSession, rule: str) -> bool:
    """Whether the rule is switched on, as of this moment."""
    query = select(col(SignInRule.enabled)).where(col(SignInRule.id) == rule)
    return bool((await db.execute(query)).scalar_one_or_none())


async def lacks_factor(db: AsyncSession, method: str) -> bool:
    """Whether showing who one is by `method`, of an account that has no second factor, is not
    enough here."""
    return method == PASSWORD and await in_force(db, SECOND_FACTOR)


async def refuse_last_factor(db: AsyncSession, user_id: str) -> None:
    """409 where a second factor is asked for and what the transaction did so far leaves none."""
    if await in_force(db, SECOND_FACTOR) and not await factors_of(db, [user_id]):
        raise Conflict(
            "Your organisation asks for a second factor, and this is your last: add a passkey "
            "first, or ask an administrator to remove it and set up another when you sign in."
        )


def has_passkey() -> ColumnElement[bool]:
    """In a query on accounts: they have a passkey here."""
    return exists().where(col(Passkey.user_id) == col(UserRecord.id))


def has_app() -> ColumnElement[bool]:
    """In a query on accounts: they have an authenticator app here."""
    return exists().where(col(TotpFactor.user_id) == col(UserRecord.id))
