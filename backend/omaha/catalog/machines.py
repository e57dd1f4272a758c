"""What one machine went through."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.omaha.store.tables import HistoryRow

__all__ = ["history"]


async def history(session: AsyncSession, instance_id: int, limit: int) -> Sequence[HistoryRow]:
    """The machine's changes of status, newest first."""
    query = select(HistoryRow).where(col(HistoryRow.instance_id) == instance_id)
    return (await session.scalars(query.order_by(col(HistoryRow.id).desc()).limit(limit))).all()
