"""Channels: named pointers at the package machines should run, their floors and blacklists."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict, NotFoundProblem
from backend.omaha.catalog.edit import AlreadyTaken, InUse, UsedBy, change, insert, invalid
from backend.omaha.domain.model import Arch
from backend.omaha.store.tables import (
    BlacklistRecord,
    ChannelRecord,
    FloorRecord,
    GroupRecord,
    PackageRecord,
)

MAX_FLOORS = 100


async def create(
    session: AsyncSession,
    application_id: int,
    *,
    name: str,
    arch: Arch,
    color: str = "",
    package_id: int | None = None,
) -> ChannelRecord:
    """A new channel; `AlreadyTaken` when name and architecture are used."""
    await _check_free(session, application_id, name, arch)
    now = time.time()
    row = ChannelRecord(
        application_id=application_id, name=name, arch=arch, color=color,
        created_at=now, updated_at=now,
    )  # fmt: skip
    if package_id is not None:
        await check_target(session, row, package_id)
        row.package_id = package_id
    await insert(session, row, f"There is a channel {name} for this architecture.", "name")
    return row


async def edit(session: AsyncSession, row: ChannelRecord, values: dict[str, Any]) -> ChannelRecord:
    """Change `name`, `color` or `package_id` (None: nothing is offered)."""
    values = dict(values)
    if "name" in values and values["name"] != row.name:
        await _check_free(session, row.application_id, values["name"], Arch(row.arch))
    if values.get("package_id") is not None:
        await check_target(session, row, values["package_id"])
    return await change(session, row, values)


async def point(session: AsyncSession, row: ChannelRecord, package_id: int) -> ChannelRecord:
    """Let the channel point at `package_id`."""
    return await edit(session, row, {"package_id": package_id})


async def check_target(session: AsyncSession, row: ChannelRecord, package_id: int) -> PackageRecord:
    """The package, when the channel may point at it: same application and architecture, not
    blacklisted here (updates reference, section 1.3)."""
    package = await session.get(PackageRecord, package_id)
    if package is None or package.application_id != row.application_id:
        raise invalid("package_id", "is no package of this application.")
    if package.arch != row.arch:
        raise invalid(
            "package_id",
            f"is for {Arch(package.arch).name.lower()}, the channel for "
            f"{Arch(row.arch).name.lower()}.",
        )
    listed = await session.get(BlacklistRecord, (package_id, row.id)) if row.id else None
    if listed is not None:
        raise Conflict(
            f"{package.release} is blacklisted on {row.name}. Take it off the blacklist first."
        )
    return package


async def delete(session: AsyncSession, row: ChannelRecord) -> None:
    """Remove it with its floors; `InUse` while groups follow it."""
    found = await session.execute(
        select(col(GroupRecord.id), col(GroupRecord.name))
        .where(col(GroupRecord.channel_id) == row.id)
        .limit(20)
    )
    uses = [UsedBy("group", int(key or 0), name) for key, name in found]
    if uses:
        raise InUse(f"The channel {row.name}", uses)
    for model in (FloorRecord, BlacklistRecord):
        await session.execute(sql_delete(model).where(col(model.channel_id) == row.id))
    await session.delete(row)


async def targets(session: AsyncSession, ids: Collection[int]) -> Sequence[PackageRecord]:
    """The packages with these ids, in no order."""
    return (
        await session.scalars(select(PackageRecord).where(col(PackageRecord.id).in_(ids)))
    ).all()


async def with_targets(
    session: AsyncSession, ids: Collection[int]
) -> list[tuple[ChannelRecord, PackageRecord | None]]:
    """The channels with these ids, and what each points at."""
    found = await session.execute(
        select(ChannelRecord, PackageRecord)
        .outerjoin(PackageRecord, col(PackageRecord.id) == col(ChannelRecord.package_id))
        .where(col(ChannelRecord.id).in_(ids))
    )
    return [(channel, package) for channel, package in found]


async def names(session: AsyncSession, ids: Collection[int]) -> dict[int, str]:
    """The channels' names by id."""
    query = select(col(ChannelRecord.id), col(ChannelRecord.name)).where(
        col(ChannelRecord.id).in_(ids)
    )
    return {key or 0: name for key, name in await session.execute(query)}


async def groups_of(
    session: AsyncSession, ids: Collection[int]
) -> dict[int, list[tuple[int, str]]]:
    """Per channel: (id, name) of the groups that follow it."""
    found = await session.execute(
        select(col(GroupRecord.channel_id), col(GroupRecord.id), col(GroupRecord.name))
        .where(col(GroupRecord.channel_id).in_(ids))
        .order_by(col(GroupRecord.name))
    )
    result: dict[int, list[tuple[int, str]]] = {key: [] for key in ids}
    for channel_id, key, name in found:
        result[channel_id or 0].append((key or 0, name))
    return result


async def floors(
    session: AsyncSession, row: ChannelRecord
) -> list[tuple[FloorRecord, PackageRecord]]:
    """The channel's floors with their packages, unordered."""
    found = await session.execute(
        select(FloorRecord, PackageRecord)
        .join(PackageRecord, col(PackageRecord.id) == col(FloorRecord.package_id))
        .where(col(FloorRecord.channel_id) == row.id)
    )
    return [(floor, package) for floor, package in found]


async def set_floor(
    session: AsyncSession, row: ChannelRecord, package_id: int, reason: str
) -> ChannelRecord:
    """Make a package a floor of the channel, or change why it is one."""
    await check_target(session, row, package_id)
    floor = await session.get(FloorRecord, (row.id, package_id))
    if floor is not None and floor.reason == reason:
        return row
    if floor is not None:
        floor.reason = reason
    else:
        number = await session.scalar(
            select(func.count())
            .select_from(FloorRecord)
            .where(col(FloorRecord.channel_id) == row.id)
        )
        if (number or 0) >= MAX_FLOORS:
            raise Conflict(f"A channel has at most {MAX_FLOORS} floors.")
        session.add(
            FloorRecord(
                channel_id=row.id or 0, package_id=package_id, reason=reason, created_at=time.time()
            )
        )
    await session.flush()
    return await _touch(session, row)


async def clear_floor(session: AsyncSession, row: ChannelRecord, package_id: int) -> ChannelRecord:
    """The package is no longer a floor; `NotFoundProblem` when it was none."""
    floor = await session.get(FloorRecord, (row.id, package_id))
    if floor is None:
        raise NotFoundProblem("This package is no floor of the channel.")
    await session.delete(floor)
    await session.flush()
    return await _touch(session, row)


async def _touch(session: AsyncSession, row: ChannelRecord) -> ChannelRecord:
    """Floors are part of the channel: editing them makes a new version of it."""
    return await change(session, row, {"updated_at": time.time()})


async def _check_free(session: AsyncSession, application_id: int, name: str, arch: Arch) -> None:
    query = select(col(ChannelRecord.id)).where(
        col(ChannelRecord.application_id) == application_id,
        col(ChannelRecord.name) == name,
        col(ChannelRecord.arch) == arch,
    )
    if (await session.scalars(query)).first() is not None:
        raise AlreadyTaken(f"There is a channel {name} for {arch.name.lower()}.", "name")
