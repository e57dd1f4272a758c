"""The imports of releases there have been: jobs of one kind."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.jobs.tables import JobRecord, LogRow
from backend.omaha.catalog.importing import KIND, RETRIED, Order

__all__ = ["application_of", "broken_off", "of_application"]


async def of_application(
    session: AsyncSession, application_id: int, limit: int
) -> Sequence[JobRecord]:
    """The application's imports, newest first."""
    query = select(JobRecord).where(
        col(JobRecord.kind) == KIND,
        col(JobRecord.key).startswith(f"{KIND}:{application_id}:", autoescape=True),
    )
    query = query.order_by(col(JobRecord.created).desc()).limit(limit)
    return (await session.execute(query)).scalars().all()


async def broken_off(session: AsyncSession, job_id: str) -> int:
    """How many of the import's transfers broke off."""
    query = select(func.count()).where(col(LogRow.job_id) == job_id, col(LogRow.level) == RETRIED)
    return (await session.execute(query)).scalar_one()


async def application_of(session: AsyncSession, job_id: str) -> int | None:
    """The id of the application the import is for; None when there is no such import."""
    query = select(col(JobRecord.input)).where(
        col(JobRecord.id) == job_id, col(JobRecord.kind) == KIND
    )
    found = (await session.execute(query)).scalar_one_or_none()
    return None if found is None else msgspec.json.decode(found, type=Order).application_id
