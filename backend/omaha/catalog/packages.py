"""Packages: one version for one architecture, with its extra files and blacklists."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import delete as sql_delete
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict
from backend.omaha.catalog.edit import AlreadyTaken, InUse, UsedBy, change, insert, invalid
from backend.omaha.domain import semver
from backend.omaha.domain.model import Arch, ExtraFile, PackageKind
from backend.omaha.store.tables import (
    BlacklistRecord,
    ChannelRecord,
    FileRecord,
    FloorRecord,
    GroupRecord,
    PackageFileRecord,
    PackageRecord,
    RolloutRecord,
)

MAX_EXTRAS: Final = 64


@dataclass(frozen=True, slots=True)
class NewPackage:
    """Everything about a package that is to be made. Hashes as in `tables.PackageRow`."""

    release: str
    arch: Arch
    filename: str
    size: int
    sha256: str
    sha1: str = ""
    url: str = ""
    kind: PackageKind = PackageKind.FLATCAR
    description: str = ""
    release_notes: str = ""
    extras: Sequence[ExtraFile] = ()
    blacklist: Collection[int] = field(default_factory=frozenset)


def check_release(text: str) -> str:
    """`text` when it is a strict semantic version; a 422 otherwise."""
    try:
        return semver.parse(text).text
    except semver.InvalidRelease as error:
        raise invalid("release", str(error)) from None


async def find(
    session: AsyncSession, application_id: int, release: str, arch: Arch
) -> PackageRecord | None:
    """The package of that version and architecture."""
    query = select(PackageRecord).where(
        col(PackageRecord.application_id) == application_id,
        col(PackageRecord.release) == release,
        col(PackageRecord.arch) == arch,
    )
    return (await session.scalars(query)).one_or_none()


async def create(session: AsyncSession, application_id: int, new: NewPackage) -> PackageRecord:
    """A new package with its extra files and blacklist; `AlreadyTaken` when the version exists."""
    release = check_release(new.release)
    if await find(session, application_id, release, new.arch):
        raise AlreadyTaken(f"{release} for {new.arch.name.lower()} exists already.", "release")
    now = time.time()
    row = PackageRecord(
        application_id=application_id, release=release, arch=new.arch, kind=new.kind,
        url=new.url, filename=new.filename, size=new.size, sha1=new.sha1, sha256=new.sha256,
        description=new.description, release_notes=new.release_notes,
        created_at=now, updated_at=now,
    )  # fmt: skip
    await insert(session, row, f"{release} for {new.arch.name.lower()} exists already.", "release")
    await _set_extras(session, row, new.extras)
    await _set_blacklist(session, row, new.blacklist)
    return row


async def edit(
    session: AsyncSession,
    row: PackageRecord,
    values: dict[str, Any],
    extras: Sequence[ExtraFile] | None = None,
    blacklist: Collection[int] | None = None,
) -> PackageRecord:
    """Change fields; `extras` and `blacklist` replace the present ones unless None.

    Version and architecture never change: machines were told about this very package.
    """
    if extras is not None:
        await _set_extras(session, row, extras)
    if blacklist is not None:
        await _set_blacklist(session, row, blacklist)
    if extras is not None or blacklist is not None:
        values = values | {"updated_at": time.time()}
    return await change(session, row, values)


async def delete(session: AsyncSession, row: PackageRecord) -> None:
    """Remove it, its hosted files' link and its past rollouts.

    `InUse` while a channel points at it, it is a floor, or a group's present rollout leads
    to it or has machines under way.
    """
    uses = await users(session, row)
    if uses:
        raise InUse(f"The package {row.release}", uses)
    await session.execute(sql_delete(RolloutRecord).where(col(RolloutRecord.package_id) == row.id))
    for model in (BlacklistRecord, PackageFileRecord):
        await session.execute(sql_delete(model).where(col(model.package_id) == row.id))
    for file in await session.scalars(
        select(FileRecord).where(col(FileRecord.package_id) == row.id)
    ):
        await change(session, file, {"package_id": None})
    await session.delete(row)


async def users(session: AsyncSession, row: PackageRecord) -> list[UsedBy]:
    """What keeps the package from being deleted, at most some twenty of each kind."""
    channels = await session.execute(
        select(col(ChannelRecord.id), col(ChannelRecord.name))
        .where(col(ChannelRecord.package_id) == row.id)
        .limit(20)
    )
    floors = await session.execute(
        select(col(ChannelRecord.id), col(ChannelRecord.name))
        .join(FloorRecord, col(FloorRecord.channel_id) == col(ChannelRecord.id))
        .where(col(FloorRecord.package_id) == row.id)
        .limit(20)
    )
    rollouts = await session.execute(
        select(col(RolloutRecord.id), col(GroupRecord.name))
        .join(GroupRecord, col(GroupRecord.id) == col(RolloutRecord.group_id))
        .where(
            col(RolloutRecord.package_id) == row.id,
            (col(GroupRecord.rollout_id) == col(RolloutRecord.id))
            | (col(RolloutRecord.in_progress) > 0),
        )
        .limit(20)
    )
    return [
        UsedBy(kind, int(key or 0), name)
        for kind, found in (("channel", channels), ("floor of channel", floors),
                            ("rollout of group", rollouts))
        for key, name in found
    ]  # fmt: skip


async def extras_of(
    session: AsyncSession, ids: Collection[int]
) -> dict[int, list[PackageFileRecord]]:
    """Per package: its extra files by name."""
    result: dict[int, list[PackageFileRecord]] = {key: [] for key in ids}
    query = select(PackageFileRecord).where(col(PackageFileRecord.package_id).in_(ids))
    for row in await session.scalars(query.order_by(col(PackageFileRecord.name))):
        result[row.package_id].append(row)
    return result


async def blacklists_of(session: AsyncSession, ids: Collection[int]) -> dict[int, list[int]]:
    """Per package: ids of the channels it is never offered on."""
    result: dict[int, list[int]] = {key: [] for key in ids}
    query = select(BlacklistRecord).where(col(BlacklistRecord.package_id).in_(ids))
    for row in await session.scalars(query.order_by(col(BlacklistRecord.channel_id))):
        result[row.package_id].append(row.channel_id)
    return result


async def channels_of(
    session: AsyncSession, ids: Collection[int]
) -> dict[int, list[tuple[int, str]]]:
    """Per package: (id, name) of the channels that point at it."""
    result: dict[int, list[tuple[int, str]]] = {key: [] for key in ids}
    found = await session.execute(
        select(col(ChannelRecord.package_id), col(ChannelRecord.id), col(ChannelRecord.name))
        .where(col(ChannelRecord.package_id).in_(ids))
        .order_by(col(ChannelRecord.name))
    )
    for package_id, key, name in found:
        result[package_id or 0].append((key or 0, name))
    return result


async def _set_extras(
    session: AsyncSession, row: PackageRecord, extras: Sequence[ExtraFile]
) -> None:
    names = [extra.name for extra in extras]
    if len(set(names)) != len(names):
        raise invalid("extras", "two extra files have the same name.")
    if row.filename in names:
        raise invalid("extras", "an extra file has the payload's name.")
    if len(names) > MAX_EXTRAS:
        raise invalid("extras", f"at most {MAX_EXTRAS} are allowed.")
    await session.execute(
        sql_delete(PackageFileRecord).where(col(PackageFileRecord.package_id) == row.id)
    )
    session.add_all(
        PackageFileRecord(
            package_id=row.id or 0, name=e.name, size=e.size, sha1=e.sha1, sha256=e.sha256
        )
        for e in extras
    )
    await session.flush()


async def _set_blacklist(
    session: AsyncSession, row: PackageRecord, channel_ids: Collection[int]
) -> None:
    found = await session.scalars(
        select(ChannelRecord).where(
            col(ChannelRecord.id).in_(channel_ids),
            col(ChannelRecord.application_id) == row.application_id,
        )
    )
    channels = {channel.id: channel for channel in found}
    if len(channels) != len(set(channel_ids)):
        raise invalid("blacklist", "holds a channel that this application does not have.")
    for channel in channels.values():
        floor = await session.get(FloorRecord, (channel.id, row.id))
        if channel.package_id == row.id or floor is not None:
            raise Conflict(
                f"The channel {channel.name} points at {row.release} or has it as a floor: it "
                "cannot be blacklisted there."
            )
    await session.execute(
        sql_delete(BlacklistRecord).where(col(BlacklistRecord.package_id) == row.id)
    )
    session.add_all(
        BlacklistRecord(package_id=row.id or 0, channel_id=key) for key in sorted(set(channel_ids))
    )
    await session.flush()
