"""Hosted files: which name serves which bytes, and for which package."""

from __future__ import annotations

import time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict
from backend.omaha.catalog.edit import change, insert
from backend.omaha.payloads.digest import Digest
from backend.omaha.payloads.errors import NameTaken
from backend.omaha.payloads.names import check_name
from backend.omaha.payloads.serving import Hosted
from backend.omaha.store.tables import FileRecord


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


async def resolve(session: AsyncSession, name: str) -> Hosted | None:
    """What `name` serves, for `payloads.serving`."""
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
