"""Hosted files: which name serves which bytes, and for which package."""

from __future__ import annotations

import time
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict
from backend.omaha.catalog.edit import change, insert
from backend.omaha.domain.naming import BY_PACKAGE, split_by_package
from backend.omaha.payloads.digest import Digest
from backend.omaha.payloads.errors import NameTaken
from backend.omaha.payloads.names import check_name
from backend.omaha.payloads.serving import Elsewhere, Hosted
from backend.omaha.store.tables import (
    ChannelRecord,
    FileRecord,
    FloorRecord,
    PackageFileRecord,
    PackageRecord,
)


async def register(
    session: AsyncSession,
    name: str,
    digest: Digest,
    *,
    package_id: int | None = None,
    signature: str = "",
) -> FileRecord:
    """Let `name` serve the stored bytes; the same name and bytes again change nothing but
    the link to a package. `NameTaken` when it serves other bytes. `signature` is the name of
    the hosted signature."""
    check_name(name)
    row = await find(session, name)
    if row is not None:
        if row.sha256 != digest.sha256:
            raise NameTaken(f"{name} serves other bytes. Delete that payload first.")
        values = {"package_id": package_id or row.package_id, "signature": signature}
        return await change(session, row, values)
    now = time.time()
    row = FileRecord(
        package_id=package_id, name=name, path=f"blobs/{digest.sha256[:2]}/{digest.sha256}",
        size=digest.size, received=digest.size, sha1=digest.sha1_base64, sha256=digest.sha256,
        complete=True, signature=signature, created_at=now, updated_at=now,
    )  # fmt: skip
    return await insert(session, row, f"The name {name} is taken.", "name")


async def find(session: AsyncSession, name: str) -> FileRecord | None:
    """What is hosted as `name`."""
    return (
        await session.scalars(select(FileRecord).where(col(FileRecord.name) == name))
    ).one_or_none()


async def resolve(session: AsyncSession, name: str) -> Hosted | Elsewhere | None:
    """What `name` serves, for `payloads.serving`."""
    if name.startswith(BY_PACKAGE):
        return await _of_package(session, name.removeprefix(BY_PACKAGE))
    return await _hosted(session, name)


async def _of_package(session: AsyncSession, name: str) -> Hosted | Elsewhere | None:
    """A file by its package (`domain.naming`), hosted here or not. Anybody may ask, and numbers
    count up: only what a mirror can be told of now is found."""
    found = split_by_package(name)
    if found is None:
        return None
    package, file = await session.get(PackageRecord, found[0]), found[1]
    if package is None or not await _on_offer(session, package.id):
        return None
    extra = select(col(PackageFileRecord.id)).where(
        col(PackageFileRecord.package_id) == package.id, col(PackageFileRecord.name) == file
    )
    if file != package.filename and (await session.scalars(extra.limit(1))).first() is None:
        return None
    if package.url:
        return Elsewhere(f"{package.url.rstrip('/')}/{quote(file)}")
    return await _hosted(session, file)


async def _on_offer(session: AsyncSession, package_id: int | None) -> bool:
    """Whether a channel points at the package, or has it as a floor."""
    pointed = select(col(ChannelRecord.id)).where(col(ChannelRecord.package_id) == package_id)
    passed = select(col(FloorRecord.channel_id)).where(col(FloorRecord.package_id) == package_id)
    return (await session.scalars(pointed.union(passed).limit(1))).first() is not None


async def _hosted(session: AsyncSession, name: str) -> Hosted | None:
    row = await find(session, name)
    if row is None or not row.complete:
        return None
    return Hosted(row.sha256, row.size, row.created_at)


async def delete(session: AsyncSession, row: FileRecord) -> None:
    """Stop serving the name; a conflict while a package is made of the file, because
    machines may be downloading it."""
    if row.package_id is not None:
        raise Conflict(
            f"{row.name} belongs to a package. Delete the package first.",
            used_by=[{"kind": "package", "id": row.package_id, "name": row.name}],
        )
    await session.delete(row)
    await session.flush()


async def used(session: AsyncSession, sha256: str) -> bool:
    """Whether any name serves these bytes."""
    query = select(col(FileRecord.id)).where(col(FileRecord.sha256) == sha256).limit(1)
    return (await session.scalars(query)).first() is not None
