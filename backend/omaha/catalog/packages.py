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
from backend.omaha.catalog.edit import InUse, Taken, Use, change, insert, invalid
from backend.omaha.domain import semver
from backend.omaha.domain.model import Arch, ExtraFile, PackageKind
from backend.omaha.store.tables import (
    BlacklistRow,
    ChannelRow,
    FileRow,
    FloorRow,
    GroupRow,
    PackageFileRow,
    PackageRow,
    RolloutRow,
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
) -> PackageRow | None:
    """The package of that version and architecture."""
    query = select(PackageRow).where(
        col(PackageRow.application_id) == application_id,
        col(PackageRow.release) == release,
        col(PackageRow.arch) == arch,
    )
    return (await session.scalars(query)).one_or_none()


async def create(session: AsyncSession, application_id: int, new: NewPackage) -> PackageRow:
    """A new package with its extra files and blacklist; `Taken` when the version exists."""
    release = check_release(new.release)
    if await find(session, application_id, release, new.arch):
        raise Taken(f"{release} for {new.arch.name.lower()} exists already.", "release")
    now = time.time()
    row = PackageRow(
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
    row: PackageRow,
    values: dict[str, Any],
    extras: Sequence[ExtraFile] | None = None,
    blacklist: Collection[int] | None = None,
) -> PackageRow:
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


async def delete(session: AsyncSession, row: PackageRow) -> None:
    """Remove it, its hosted files' link and its past rollouts.

    `InUse` while a channel points at it, it is a floor, or a group's present rollout leads
    to it or has machines under way.
    """
    uses = await users(session, row)
    if uses:
        raise InUse(f"The package {row.release}", uses)
    await session.execute(sql_delete(RolloutRow).where(col(RolloutRow.package_id) == row.id))
    for model in (BlacklistRow, PackageFileRow):
        await session.execute(sql_delete(model).where(col(model.package_id) == row.id))
    for file in await session.scalars(select(FileRow).where(col(FileRow.package_id) == row.id)):
        await change(session, file, {"package_id": None})
    await session.delete(row)


async def users(session: AsyncSession, row: PackageRow) -> list[Use]:
    """What keeps the package from being deleted, at most some twenty of each kind."""
    channels = await session.execute(
        select(col(ChannelRow.id), col(ChannelRow.name))
        .where(col(ChannelRow.package_id) == row.id)
        .limit(20)
    )
    floors = await session.execute(
        select(col(ChannelRow.id), col(ChannelRow.name))
        .join(FloorRow, col(FloorRow.channel_id) == col(ChannelRow.id))
        .where(col(FloorRow.package_id) == row.id)
        .limit(20)
    )
    rollouts = await session.execute(
        select(col(RolloutRow.id), col(GroupRow.name))
        .join(GroupRow, col(GroupRow.id) == col(RolloutRow.group_id))
        .where(
            col(RolloutRow.package_id) == row.id,
            (col(GroupRow.rollout_id) == col(RolloutRow.id)) | (col(RolloutRow.in_progress) > 0),
        )
        .limit(20)
    )
    return [
        Use(kind, int(key or 0), name)
        for kind, found in (("channel", channels), ("floor of channel", floors),
                            ("rollout of group", rollouts))
        for key, name in found
    ]  # fmt: skip


async def extras_of(session: AsyncSession, ids: Collection[int]) -> dict[int, list[PackageFileRow]]:
    """Per package: its extra files by name."""
    result: dict[int, list[PackageFileRow]] = {key: [] for key in ids}
    query = select(PackageFileRow).where(col(PackageFileRow.package_id).in_(ids))
    for row in await session.scalars(query.order_by(col(PackageFileRow.name))):
        result[row.package_id].append(row)
    return result


async def blacklists_of(session: AsyncSession, ids: Collection[int]) -> dict[int, list[int]]:
    """Per package: ids of the channels it is never offered on."""
    result: dict[int, list[int]] = {key: [] for key in ids}
    query = select(BlacklistRow).where(col(BlacklistRow.package_id).in_(ids))
    for row in await session.scalars(query.order_by(col(BlacklistRow.channel_id))):
        result[row.package_id].append(row.channel_id)
    return result


async def channels_of(
    session: AsyncSession, ids: Collection[int]
) -> dict[int, list[tuple[int, str]]]:
    """Per package: (id, name) of the channels that point at it."""
    result: dict[int, list[tuple[int, str]]] = {key: [] for key in ids}
    found = await session.execute(
        select(col(ChannelRow.package_id), col(ChannelRow.id), col(ChannelRow.name))
        .where(col(ChannelRow.package_id).in_(ids))
        .order_by(col(ChannelRow.name))
    )
    for package_id, key, name in found:
        result[package_id or 0].append((key or 0, name))
    return result


async def _set_extras(session: AsyncSession, row: PackageRow, extras: Sequence[ExtraFile]) -> None:
    names = [extra.name for extra in extras]
    if len(set(names)) != len(names):
        raise invalid("extras", "two extra files have the same name.")
    if row.filename in names:
        raise invalid("extras", "an extra file has the payload's name.")
    if len(names) > MAX_EXTRAS:
        raise invalid("extras", f"at most {MAX_EXTRAS} are allowed.")
    await session.execute(
        sql_delete(PackageFileRow).where(col(PackageFileRow.package_id) == row.id)
    )
    session.add_all(
        PackageFileRow(
            package_id=row.id or 0, name=e.name, size=e.size, sha1=e.sha1, sha256=e.sha256
        )
        for e in extras
    )
    await session.flush()


async def _set_blacklist(
    session: AsyncSession, row: PackageRow, channel_ids: Collection[int]
) -> None:
    found = await session.scalars(
        select(ChannelRow).where(
            col(ChannelRow.id).in_(channel_ids),
            col(ChannelRow.application_id) == row.application_id,
        )
    )
    channels = {channel.id: channel for channel in found}
    if len(channels) != len(set(channel_ids)):
        raise invalid("blacklist", "holds a channel that this application does not have.")
    for channel in channels.values():
        floor = await session.get(FloorRow, (channel.id, row.id))
        if channel.package_id == row.id or floor is not None:
            raise Conflict(
                f"The channel {channel.name} points at {row.release} or has it as a floor: it "
                "cannot be blacklisted there."
            )
    await session.execute(sql_delete(BlacklistRow).where(col(BlacklistRow.package_id) == row.id))
    session.add_all(
        BlacklistRow(package_id=row.id or 0, channel_id=key) for key in sorted(set(channel_ids))
    )
    await session.flush()
