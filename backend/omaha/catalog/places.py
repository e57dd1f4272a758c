"""Where an object lies: its application, and its group."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.omaha.store.tables import (
    ChannelRecord,
    GroupRecord,
    InstanceRecord,
    PackageRecord,
    RegisteredMirrorRecord,
    RolloutRecord,
)

__all__ = ["application_of", "group_of_instance", "group_of_rollout"]

Place = tuple[int, int]
"""The ids of an application and of one of its groups."""


async def application_of(
    session: AsyncSession,
    model: type[ChannelRecord | GroupRecord | PackageRecord | RegisteredMirrorRecord],
    key: int,
) -> int | None:
    """The application of a channel, group, package or registered mirror; None when there is no
    such row."""
    query = select(col(model.application_id)).where(col(model.id) == key)
    return (await session.scalars(query)).one_or_none()


async def group_of_rollout(session: AsyncSession, rollout_id: int) -> Place | None:
    """Where the rollout is; None when there is none."""
    query = (
        select(col(GroupRecord.application_id), col(GroupRecord.id))
        .join(RolloutRecord, col(RolloutRecord.group_id) == col(GroupRecord.id))
        .where(col(RolloutRecord.id) == rollout_id)
    )
    found = (await session.execute(query)).first()
    return (found[0], found[1] or 0) if found else None


async def group_of_instance(session: AsyncSession, instance_id: int) -> Place | None:
    """Where the machine is; None when there is none."""
    query = select(col(InstanceRecord.application_id), col(InstanceRecord.group_id))
    found = (await session.execute(query.where(col(InstanceRecord.id) == instance_id))).first()
    return (found[0], found[1]) if found else None
