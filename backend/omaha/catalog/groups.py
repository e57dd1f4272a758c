"""Groups: the machines of one track and architecture, and the policy they get."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict
from backend.omaha.catalog.edit import AlreadyTaken, change, insert, invalid
from backend.omaha.domain.model import Arch
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.store.tables import (
    ChannelRecord,
    CounterRecord,
    GroupRecord,
    InstanceRecord,
    TallyRecord,
)


async def ids(session: AsyncSession, application_id: int) -> Sequence[int]:
    """The ids of the application's groups."""
    query = select(col(GroupRecord.id)).where(col(GroupRecord.application_id) == application_id)
    return [key or 0 for key in await session.scalars(query)]


async def names(session: AsyncSession, ids: Collection[int]) -> dict[int, str]:
    """The groups' names by id."""
    query = select(col(GroupRecord.id), col(GroupRecord.name)).where(col(GroupRecord.id).in_(ids))
    return {key or 0: name for key, name in await session.execute(query)}


async def create(
    session: AsyncSession,
    application_id: int,
    *,
    name: str,
    track: str,
    arch: Arch,
    channel_id: int | None = None,
    description: str = "",
    policy: RolloutPolicy | None = None,
) -> GroupRecord:
    """A new group; without a policy it grants nothing yet."""
    now = time.time()
    row = GroupRecord(
        application_id=application_id, channel_id=channel_id, name=name, description=description,
        track=track, arch=arch, policy=(policy or RolloutPolicy()).model_dump(mode="json"),
        created_at=now, updated_at=now,
    )  # fmt: skip
    await _check_free(session, row, name, track)
    if channel_id is not None:
        await check_channel(session, row, channel_id)
    return await insert(session, row, "The name or track is used by another group.", "name")


async def edit(session: AsyncSession, row: GroupRecord, values: dict[str, Any]) -> GroupRecord:
    """Change `name`, `description`, `track` or `channel_id` (None: nothing is offered)."""
    await _check_free(session, row, values.get("name", row.name), values.get("track", row.track))
    if values.get("channel_id") is not None:
        await check_channel(session, row, values["channel_id"])
    return await change(session, row, values)


async def set_policy(session: AsyncSession, row: GroupRecord, policy: RolloutPolicy) -> GroupRecord:
    """Put a new policy in force."""
    return await change(session, row, {"policy": policy.model_dump(mode="json")})


async def check_channel(session: AsyncSession, row: GroupRecord, channel_id: int) -> ChannelRecord:
    """The channel, when the group may follow it: same application and architecture."""
    channel = await session.get(ChannelRecord, channel_id)
    if channel is None or channel.application_id != row.application_id:
        raise invalid("channel_id", "is no channel of this application.")
    if channel.arch != row.arch:
        raise invalid(
            "channel_id",
            f"is for {Arch(channel.arch).name.lower()}, the group for "
            f"{Arch(row.arch).name.lower()}.",
        )
    return channel


async def delete(session: AsyncSession, row: GroupRecord) -> None:
    """Remove it; a conflict while machines belong to it."""
    some = await session.scalar(
        select(col(InstanceRecord.id)).where(col(InstanceRecord.group_id) == row.id).limit(1)
    )
    if some is not None:
        number = (await machines(session, [row.id or 0])).get(row.id or 0, 0)
        raise Conflict(
            f"{number or 'Some'} machines belong to {row.name}. Move them to another group or "
            "delete them first.",
            used_by=[{"kind": "machine", "id": some, "name": "and others"}],
            machines=number,
        )
    await session.execute(sql_delete(TallyRecord).where(col(TallyRecord.group_id) == row.id))
    await session.execute(sql_delete(CounterRecord).where(col(CounterRecord.group_id) == row.id))
    await session.delete(row)


async def machines(session: AsyncSession, ids: Collection[int]) -> dict[int, int]:
    """Per group: how many machines it has, from the tally."""
    found = await session.execute(
        select(col(TallyRecord.group_id), func.sum(col(TallyRecord.machines)))
        .where(col(TallyRecord.group_id).in_(ids))
        .group_by(col(TallyRecord.group_id))
    )
    return {key: int(number or 0) for key, number in found}


async def _check_free(session: AsyncSession, row: GroupRecord, name: str, track: str) -> None:
    query = select(GroupRecord).where(
        col(GroupRecord.application_id) == row.application_id,
        col(GroupRecord.arch) == row.arch,
        (col(GroupRecord.name) == name) | (col(GroupRecord.track) == track),
    )
    for other in await session.scalars(query):
        if other.id != row.id:
            field = "name" if other.name == name else "track"
            raise AlreadyTaken(
                f"The group {other.name} already has this {field} for "
                f"{Arch(row.arch).name.lower()}.",
                field,
            )
