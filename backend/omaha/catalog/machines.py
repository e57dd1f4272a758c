"""What one machine went through."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.omaha.store.tables import HistoryRecord

__all__ = ["history"]


async def history(session: AsyncSession, instance_id: int, limit: int) -> Sequence[HistoryRecord]:
    """The machine's changes of status, newest first."""
    query = select(HistoryRecord).where(col(HistoryRecord.instance_id) == instance_id)
    return (await session.scalars(query.order_by(col(HistoryRecord.id).desc()).limit(limit))).all()
