"""Routes: the files that are hosted. They belong to all of the service, so these rights are held
at its root."""

from __future__ import annotations

import anyio
from fastapi import APIRouter, Response

from auth.role import Verb
from backend.http.guard import Requires
from backend.http.versions import IfMatch, check, tagged
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.scopes import at_root
from backend.omaha.api.types import Id, View
from backend.omaha.catalog import edit, files
from backend.omaha.domain.rights import PACKAGE
from backend.omaha.store.tables import FileRecord

__all__ = ["FileView", "router", "view"]

router = APIRouter(tags=["updates: payloads"])


class FileView(View):
    """A hosted file; its address is `path` on this service. `sha1` base64, `sha256` hex."""

    id: int
    name: str
    path: str
    size: int
    sha1: str
    sha256: str
    package_id: int | None
    signature: str
    created_at: float
    version: int


@router.get("/payloads/{file_id}", dependencies=[Requires(PACKAGE, Verb.GET, at_root, "payload")])
async def get_file(call: Caller, file_id: Id, response: Response) -> FileView:
    """One hosted file."""
    row = await edit.get(call.session, FileRecord, file_id)
    tagged(response, row.version)
    return view(row)


@router.delete(
    "/payloads/{file_id}",
    status_code=204,
    dependencies=[Requires(PACKAGE, Verb.DELETE, at_root, "payload")],
)
async def delete_file(call: Caller, file_id: Id, if_match: IfMatch = None) -> None:
    """Stop hosting a file; 409 while a package is made of it."""
    await call.begin()
    row = await edit.get(call.session, FileRecord, file_id)
    check(if_match, row.version, view(row))
    await files.delete(call.session, row)
    call.did("delete-payload", row, {"sha256": row.sha256}, right=Verb.DELETE)
    await call.session.commit()
    await _remove_unused(call, row.sha256)


async def _remove_unused(call: Call, sha256: str) -> None:
    """Remove the bytes unless a name refers to them, under the lock every registration
    takes. The row went first: a crash in between leaves an unused file, never a name without
    bytes."""
    await call.begin()
    if not await files.used(call.session, sha256):
        await anyio.to_thread.run_sync(call.deps.files.remove, sha256)


def view(row: FileRecord) -> FileView:
    """The file as it is told."""
    return FileView(
        id=row.id or 0,
        name=row.name,
        path=f"/v1/payloads/{row.name}",
        size=row.size,
        sha1=row.sha1,
        sha256=row.sha256,
        package_id=row.package_id,
        signature=row.signature,
        created_at=row.created_at,
        version=row.version,
    )
