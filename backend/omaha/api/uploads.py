"""Routes: uploading payloads in pieces.

An upload is made, its bytes are sent with PATCH from any offset it stands at, and it is
finished by a job (`finishing`). After a broken
connection: GET tells the offset, and PATCH goes on there. Payloads belong to all of the service,
so these rights are held at its root.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import Field

from auth.role import Verb
from backend.errors import BadRequest, Conflict
from backend.http.guard import Requires
from backend.jobs import commands
from backend.omaha.api.call import Caller
from backend.omaha.api.scopes import at_root
from backend.omaha.api.targets import upload_target
from backend.omaha.api.types import Body, View
from backend.omaha.catalog import files, finishing
from backend.omaha.domain.rights import PACKAGE
from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.header import Format
from backend.omaha.payloads.upload import Announced, Upload

router = APIRouter(tags=["updates: payloads"])

IDLE = 60.0
"""Seconds without a byte after which a sender is given up; the upload can go on later."""

MAX_PAYLOAD = 1 << 40
"""Bytes. The application's limit on bodies is for those held in memory; an upload is written
as it comes, and its own announced size is the limit."""

UploadId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Offset = Annotated[
    int, Header(alias="Upload-Offset", ge=0, le=MAX_PAYLOAD, description="where the bytes belong")
]


class NewUpload(Body):
    """What will be sent. `format` update: an update_engine payload, which is checked; raw:
    anything else. `sha256` (hex) is compared at the end when given."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    size: Annotated[int, Field(ge=1, le=MAX_PAYLOAD, description="bytes")]
    format: Literal["update", "raw"] = "update"
    sha256: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")] | None = None


class UploadView(View):
    """An unfinished upload: `offset` of `size` bytes are here. `sha256` (hex) as announced, by
    which the same file is known again; empty: not announced. `job_id` is the job that finishes
    it, if one does."""

    id: str
    name: str
    size: int
    format: str
    offset: int
    sha256: str
    job_id: str
    updated_at: float


class UploadList(View):
    """All unfinished uploads."""

    items: list[UploadView]


@router.get("/uploads", dependencies=[Requires(PACKAGE, Verb.LIST, at_root, "upload")])
async def list_uploads(call: Caller) -> UploadList:
    """Unfinished uploads, of at most 64."""
    found = await call.deps.uploads.list()
    return UploadList(items=[_upload(upload) for upload in found])


@router.post(
    "/uploads", status_code=201, dependencies=[Requires(PACKAGE, Verb.CREATE, at_root, "upload")]
)
async def begin_upload(call: Caller, body: NewUpload, response: Response) -> UploadView:
    """Announce a file; refused at once when there is no room or the name is taken."""
    if await files.find(call.session, body.name):
        raise PayloadRefused(f"{body.name} is hosted already.", field="name")
    announced = Announced(body.name, body.size, Format(body.format), body.sha256)
    upload = await call.deps.uploads.begin(announced)
    return _view_with_offset(upload, response)


@router.get("/uploads/{upload_id}", dependencies=[Requires(PACKAGE, Verb.GET, at_root, "upload")])
async def get_upload(call: Caller, upload_id: UploadId, response: Response) -> UploadView:
    """How far the upload is."""
    return _view_with_offset(await call.deps.uploads.get(upload_id), response)


@router.patch(
    "/uploads/{upload_id}",
    max_body_size=MAX_PAYLOAD,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"format": "binary"}}},
        }
    },
    dependencies=[Requires(PACKAGE, Verb.CREATE, at_root, "upload")],
)
async def send_bytes(
    call: Caller,
    *,
    upload_id: UploadId,
    request: Request,
    upload_offset: Offset,
    response: Response,
) -> UploadView:
    """Append the body at the offset; 409 with the right offset when it is another."""
    upload = await call.deps.uploads.append(upload_id, upload_offset, _chunks(request))
    return _view_with_offset(upload, response)


@router.delete(
    "/uploads/{upload_id}",
    status_code=204,
    dependencies=[Requires(PACKAGE, Verb.DELETE, at_root, "upload")],
)
async def abort_upload(call: Caller, upload_id: UploadId) -> None:
    """Forget an unfinished upload and its bytes; a job that finishes it is cancelled. 404 when
    its file is hosted already."""
    upload = await call.deps.uploads.get(upload_id)
    last = await finishing.last_of(call.session, upload_id)
    if last is not None:  # its row is locked before the upload's, as the job does it
        with suppress(Conflict):  # it is finished
            await commands.cancel(call.session, last.id, by=call.principal.login)
    await call.deps.uploads.abort(call.session, upload_id)
    target = upload_target(call.rights, upload.announced.name)
    call.did("abort-upload", target, {"received": upload.offset}, right=Verb.DELETE)
    await call.session.commit()
    await call.deps.uploads.clear(upload_id)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; a sender silent for `IDLE` seconds is given up."""
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(IDLE):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise BadRequest(
                f"No byte came for {IDLE:.0f} seconds. What arrived is kept: continue there."
            ) from None
        yield chunk


def _view_with_offset(upload: Upload, response: Response) -> UploadView:
    response.headers["Upload-Offset"] = str(upload.offset)
    return _upload(upload)


def _upload(upload: Upload) -> UploadView:
    announced = upload.announced
    return UploadView(
        id=upload.id,
        name=announced.name,
        size=announced.size,
        format=announced.kind.value,
        offset=upload.offset,
        sha256=announced.sha256 or "",
        job_id=upload.job_id,
        updated_at=upload.updated,
    )
