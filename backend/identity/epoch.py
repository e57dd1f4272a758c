"""The policy epoch: one number all replicas read, raised by every change of rights."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.bus import publish
from backend.db.identity import PolicyEpoch

__all__ = ["raise_epoch", "read_epoch"]


async def raise_epoch(session: AsyncSession) -> None:
    """Increment within the caller's transaction, so it is seen with the change itself."""
    await session.execute(update(PolicyEpoch).values(value=col(PolicyEpoch.value) + 1))
    publish(session, "policy")


async def read_epoch(session: AsyncSession) -> int:
    """The present value; 0 before the first migration's row."""
    return (await session.execute(select(col(PolicyEpoch.value)))).scalar_one_or_none() or 0
