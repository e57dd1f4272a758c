"""Packages out of the catalogue into an offline bundle, and back into another's."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import NotFoundProblem
from backend.omaha.catalog import channels, files, packages
from backend.omaha.catalog.edit import AlreadyTaken, invalid
from backend.omaha.catalog.releases import application
from backend.omaha.domain.model import Arch, ExtraFile, PackageKind
from backend.omaha.payloads.digest import Digest, base64_to_hex
from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.header import HEADER_SIZE, MAGIC, Format
from backend.omaha.payloads.manifest import (
    BundleExtra,
    BundleFile,
    BundleFloor,
    BundleManifest,
    BundlePackage,
)
from backend.omaha.store.tables import (
    ApplicationRecord,
    BlacklistRecord,
    ChannelRecord,
    FileRecord,
    FloorRecord,
    PackageFileRecord,
    PackageRecord,
)


@dataclass(slots=True)
class Taking:
    """What an import did: versions made and already there, and floors or blacklists left out
    because this site has no channel of that name."""

    created: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


async def describe(
    session: AsyncSession, store: PayloadFiles, app: ApplicationRecord, releases: Collection[str]
) -> BundleManifest:
    """The manifest of these versions, in every architecture, with all their hosted files.

    Raises `NotFoundProblem` for an unknown version, and a 422 for one whose payload is
    hosted elsewhere: the other site could not fetch it.
    """
    rows = await _packages(session, app, releases)
    ids = [row.id or 0 for row in rows]
    extras = await packages.extras_of(session, ids)
    floors, blacklists = await _floors(session, ids), await _blacklists(session, ids)
    query = (
        select(FileRecord).where(col(FileRecord.package_id).in_(ids)).order_by(col(FileRecord.name))
    )
    hosted = (await session.scalars(query)).all()
    return BundleManifest(
        created=datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds"),
        appid=app.appid,
        application=app.name,
        packages=tuple(
            _package(row, extras[key], floors[key], blacklists[key])
            for key, row in zip(ids, rows, strict=True)
        ),
        files=tuple(_file(row, hosted, store) for row in hosted),
    )


async def take(session: AsyncSession, manifest: BundleManifest) -> Taking:
    """Register what a verified bundle holds; its files must be in the store already.

    The same bundle again changes nothing; `AlreadyTaken` when a version exists with another payload
    or a name serves other bytes. Channels are never repointed: that is a rollout, and an
    operator's decision.
    """
    app = await application(session, manifest.appid, manifest.application)
    result = Taking()
    by_name = {file.name: file for file in manifest.files}
    names = {file.sha256: file.name for file in manifest.files}
    for described in manifest.packages:
        if described.filename not in by_name:
            raise PayloadRefused(f"The bundle lacks the payload {described.filename}.")
        row = await _take_package(session, app, described, result)
        for name in (described.filename, *(extra.name for extra in described.extras)):
            if name in by_name:
                await _take_file(session, by_name[name], by_name, names, row)
        await _take_channels(session, app, described, row, result)
    return result


async def _packages(
    session: AsyncSession, app: ApplicationRecord, releases: Collection[str]
) -> Sequence[PackageRecord]:
    query = select(PackageRecord).where(
        col(PackageRecord.application_id) == app.id, col(PackageRecord.release).in_(releases)
    )
    rows = (await session.scalars(query.order_by(col(PackageRecord.id)))).all()
    missing = set(releases) - {row.release for row in rows}
    if missing:
        raise NotFoundProblem(f"{app.name} has no package {', '.join(sorted(missing))}.")
    for row in rows:
        if row.url:
            raise invalid("release", f"{row.release} is hosted at {row.url}; import it first.")
    return rows


def _package(
    row: PackageRecord,
    extras: Iterable[PackageFileRecord],
    floors: tuple[BundleFloor, ...],
    blacklist: tuple[str, ...],
) -> BundlePackage:
    return BundlePackage(
        release=row.release,
        arch=Arch(row.arch),
        kind=PackageKind(row.kind),
        filename=row.filename,
        size=row.size,
        sha1=row.sha1,
        sha256=row.sha256,
        description=row.description,
        release_notes=row.release_notes,
        extras=tuple(
            BundleExtra(name=e.name, size=e.size, sha1=e.sha1, sha256=e.sha256) for e in extras
        ),
        floors=floors,
        blacklist=blacklist,
    )


def _file(row: FileRecord, hosted: Iterable[FileRecord], store: PayloadFiles) -> BundleFile:
    signatures = {file.name: file.sha256 for file in hosted}
    store.size(row.sha256)
    with store.path(row.sha256).open("rb") as data:
        update = data.read(HEADER_SIZE)[: len(MAGIC)] == MAGIC
    return BundleFile(
        name=row.name,
        sha256=row.sha256,
        sha1=base64_to_hex(row.sha1),
        size=row.size,
        kind=Format.UPDATE if update else Format.RAW,
        signature=signatures.get(row.signature),
    )


async def _floors(
    session: AsyncSession, ids: Collection[int]
) -> dict[int, tuple[BundleFloor, ...]]:
    found = await session.execute(
        select(col(FloorRecord.package_id), col(ChannelRecord.name), col(FloorRecord.reason))
        .join(ChannelRecord, col(ChannelRecord.id) == col(FloorRecord.channel_id))
        .where(col(FloorRecord.package_id).in_(ids))
    )
    result: defaultdict[int, tuple[BundleFloor, ...]] = defaultdict(tuple)
    for key, channel, reason in found:
        result[key] += (BundleFloor(channel=channel, reason=reason),)
    return result


async def _blacklists(session: AsyncSession, ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    found = await session.execute(
        select(col(BlacklistRecord.package_id), col(ChannelRecord.name))
        .join(ChannelRecord, col(ChannelRecord.id) == col(BlacklistRecord.channel_id))
        .where(col(BlacklistRecord.package_id).in_(ids))
    )
    result: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for key, channel in found:
        result[key] += (channel,)
    return result


async def _take_package(
    session: AsyncSession, app: ApplicationRecord, described: BundlePackage, result: Taking
) -> PackageRecord:
    label = f"{described.release} {described.arch.name.lower()}"
    found = await packages.find(session, app.id or 0, described.release, described.arch)
    if found is not None:
        if (found.sha256, found.size) != (described.sha256, described.size):
            raise AlreadyTaken(f"{label} exists with another payload.", "release")
        result.present.append(label)
        return found
    fields = described.model_dump(include=_COPIED)
    extras = [ExtraFile(e.name, e.size, e.sha1, e.sha256) for e in described.extras]
    result.created.append(label)
    new = packages.NewPackage(arch=described.arch, kind=described.kind, extras=extras, **fields)
    return await packages.create(session, app.id or 0, new)


_COPIED = {"release", "filename", "size", "sha1", "sha256", "description", "release_notes"}


async def _take_file(
    session: AsyncSession,
    file: BundleFile,
    by_name: dict[str, BundleFile],
    names: dict[str, str],
    package: PackageRecord,
) -> None:
    signature = names.get(file.signature or "", "")
    if signature and signature != file.name:
        await _take_file(session, by_name[signature], {}, {}, package)
    digest = Digest(file.sha256, file.sha1, file.size)
    await files.register(session, file.name, digest, package_id=package.id, signature=signature)


async def _take_channels(
    session: AsyncSession,
    app: ApplicationRecord,
    described: BundlePackage,
    package: PackageRecord,
    result: Taking,
) -> None:
    query = select(ChannelRecord).where(
        col(ChannelRecord.application_id) == app.id, col(ChannelRecord.arch) == described.arch
    )
    known = {row.name: row for row in await session.scalars(query)}
    for floor in described.floors:
        if floor.channel in known:
            row = known[floor.channel]
            await channels.set_floor(session, row, package.id or 0, floor.reason)
        else:
            result.skipped.append(f"floor {described.release} on channel {floor.channel}")
    absent = [name for name in described.blacklist if name not in known]
    result.skipped += [f"blacklisting {described.release} on channel {n}" for n in absent]
    listed = [known[name].id or 0 for name in described.blacklist if name in known]
    if listed:
        await packages.edit(session, package, {}, blacklist=listed)
