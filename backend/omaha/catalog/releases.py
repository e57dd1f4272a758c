"""Packages made of imported Flatcar releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.omaha.catalog import applications, channels, files, packages
from backend.omaha.catalog.edit import AlreadyTaken
from backend.omaha.domain.model import FLATCAR_APPID, Arch, ExtraFile
from backend.omaha.payloads.digest import hex_to_base64
from backend.omaha.payloads.importer import Stored
from backend.omaha.payloads.release import Release
from backend.omaha.store.tables import ApplicationRecord, ChannelRecord, PackageRecord

ARCHES: Final = {"amd64": Arch.AMD64, "arm64": Arch.AARCH64}
"""Architecture in hosted names → that of packages."""


@dataclass(frozen=True, slots=True)
class Registered:
    """The package of an import; `created` false: it was there, with the same payload."""

    package: PackageRecord
    created: bool


async def application(session: AsyncSession, appid: str, name: str = "") -> ApplicationRecord:
    """The application with this appid; made when it is missing."""
    normal = applications.normal_appid(appid)
    found = await applications.find(session, normal)
    if found is not None:
        return found
    known = "Flatcar Container Linux" if normal == FLATCAR_APPID else normal
    return await applications.create(session, normal, name or known)


async def host(
    session: AsyncSession, app: ApplicationRecord, release: Release, stored: Sequence[Stored]
) -> Registered:
    """Host the release's stored files and make its package; the same import again changes
    nothing, and a package that referred to a mirror is hosted from now on. `AlreadyTaken` when the
    version exists with another payload."""
    main, *extras = stored
    new = packages.NewPackage(
        release=release.version,
        arch=ARCHES[release.arch],
        filename=main.file.name,
        size=main.digest.size,
        sha256=main.digest.sha256_base64,
        sha1=main.digest.sha1_base64,
        description=_described(release),
        release_notes=release.notes,
        extras=[
            ExtraFile(e.file.name, e.digest.size, e.digest.sha1_base64, e.digest.sha256)
            for e in extras
        ],
    )
    registered = await _register(session, app, new)
    if registered.package.url:
        await _bring_here(session, registered.package, new)
    for item in stored:
        await _host_file(session, item, registered.package)
    return registered


async def refer(
    session: AsyncSession, app: ApplicationRecord, release: Release, base: str
) -> Registered:
    """Make a package whose files stay on the mirror at `base` (ends with ``/``). There is no
    SHA-1 then: only mirrors of ours would read it (updates reference, section 6)."""
    new = packages.NewPackage(
        release=release.version,
        arch=ARCHES[release.arch],
        url=base,
        filename=release.main.original,
        size=release.main.size,
        sha256=hex_to_base64(release.main.sha256),
        description=_described(release),
        release_notes=release.notes,
        extras=[ExtraFile(f.original, f.size, "", f.sha256) for f in release.extras],
    )
    return await _register(session, app, new)


async def point(
    session: AsyncSession, app: ApplicationRecord, name: str, package: PackageRecord
) -> ChannelRecord:
    """Point the channel of this name, for the package's architecture, at it; the channel is
    made when it is missing."""
    query = select(ChannelRecord).where(
        col(ChannelRecord.application_id) == app.id,
        col(ChannelRecord.name) == name,
        col(ChannelRecord.arch) == package.arch,
    )
    row = (await session.scalars(query)).one_or_none()
    if row is None:
        return await channels.create(
            session, app.id or 0, name=name, arch=Arch(package.arch), package_id=package.id
        )
    return await channels.point(session, row, package.id or 0)


async def _register(
    session: AsyncSession, app: ApplicationRecord, new: packages.NewPackage
) -> Registered:
    found = await packages.find(session, app.id or 0, new.release, new.arch)
    if found is None:
        return Registered(await packages.create(session, app.id or 0, new), created=True)
    if (found.sha256, found.size) != (new.sha256, new.size):
        raise AlreadyTaken(
            f"{new.release} for {new.arch.name.lower()} exists with another payload.", "release"
        )
    return Registered(found, created=False)


async def _bring_here(
    session: AsyncSession, package: PackageRecord, new: packages.NewPackage
) -> None:
    """A package that referred to a mirror is served from here from now on: same bytes, other
    address and names."""
    here = {"url": "", "filename": new.filename, "sha1": new.sha1}
    await packages.edit(session, package, here, extras=new.extras)


async def _host_file(session: AsyncSession, item: Stored, package: PackageRecord) -> None:
    name = item.file.name
    signature = ""
    if item.signature is not None:
        suffix = item.file.signature.removeprefix(item.file.original)
        kept = await files.register(
            session, f"{name}{suffix}", item.signature, package_id=package.id
        )
        signature = kept.name
    await files.register(session, name, item.digest, package_id=package.id, signature=signature)


def _described(release: Release) -> str:
    date = f", released {release.released}" if release.released else ""
    return f"Flatcar {release.version} for {release.arch}{date}"
