"""That somebody can sign in by a provider, where accounts of this console are for emergencies."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.identity import IdentityRecord
from backend.errors import Conflict
from backend.identity.rules import BREAK_GLASS_ONLY, in_force
from backend.providers.records import KnownProvider

__all__ = ["refuse_last", "usable"]


async def usable(db: AsyncSession, known: Iterable[KnownProvider]) -> set[str]:
    """Those of them that are switched on, and by which somebody has come: one that was never used
    may be any address."""
    used = set((await db.execute(select(col(IdentityRecord.provider)).distinct())).scalars())
    return {one.name for one in known if one.enabled and one.name in used}


async def refuse_last(db: AsyncSession, known: Iterable[KnownProvider], name: str) -> None:
    """409 for taking away the last one by which people sign in, where the rule says that they sign
    in by providers. The caller holds the epoch, under which the rule is switched."""
    if await in_force(db, BREAK_GLASS_ONLY) and await usable(db, known) == {name}:
        raise Conflict(
            "Nobody could sign in any more: accounts of this console are for emergencies only, and "
            "this is the last provider that people came by. Switch that rule off first, under "
            "Access > Sign-in rules, or have somebody sign in by another provider."
        )
