"""Routes: finishing an upload, which a job does: POST starts it, GET tells how far it is."""

from __future__ import annotations

from typing import Final, Literal

from fastapi import APIRouter, Request, Response

from auth.role import Verb
from backend.http.guard import Requires
from backend.jobs import commands
from backend.jobs.tables import FINISHED, JobRecord
from backend.omaha.api import payloads
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.scopes import at_root
from backend.omaha.api.types import View
from backend.omaha.api.uploads import UploadId
from backend.omaha.catalog import finishing
from backend.omaha.catalog.importing import StartedBy
from backend.omaha.domain.rights import PACKAGE
from backend.omaha.payloads.errors import UploadNotFound
from backend.omaha.payloads.upload import Upload
from backend.omaha.store.tables import FileRecord

router = APIRouter(tags=["updates: payloads"])

State = Literal["running", "failed", "cancelled", "done"]
Step = Literal["checking", "storing", "registering", ""]
_STATES: Final[dict[str, State]] = {
    "succeeded": "done", "failed": "failed", "cancelled": "cancelled",
}  # fmt: skip
_STEPS: Final[dict[str, Step]] = {
    "checking": "checking", "storing": "storing", "registering": "registering",
}  # fmt: skip


class FinishView(View):
    """How far the finishing of an upload is, and what it came to: `bytes_done` of `bytes_total`
    are read and written; `reason` says why it failed; `file` is there once it is done, unless it
    was deleted since, also when the job was cancelled too late. `job_id` is the job, whose page
    tells more."""

    job_id: str
    state: State
    step: Step
    bytes_done: int
    bytes_total: int
    reason: str
    file: payloads.FileView | None


@router.post(
    "/uploads/{upload_id}/finish",
    status_code=202,
    dependencies=[Requires(PACKAGE, Verb.CREATE, at_root, "upload")],
)
async def finish_upload(
    call: Caller, upload_id: UploadId, request: Request, response: Response
) -> FinishView:
    """Have the whole file checked and hosted under its name, by a job. Asked again, it answers
    with that job; one that failed without losing the bytes is begun anew."""
    response.headers["Location"] = request.url.path
    last = await finishing.last_of(call.session, upload_id)
    if last is None or await _in_vain(call, last):
        upload = await call.deps.uploads.get(upload_id)
        last = await _begin_finish(call, upload)
    return await _finish(call, last)


@router.get(
    "/uploads/{upload_id}/finish", dependencies=[Requires(PACKAGE, Verb.GET, at_root, "upload")]
)
async def get_upload_finish(call: Caller, upload_id: UploadId) -> FinishView:
    """How far the finishing of an upload is; also when the upload itself is gone."""
    last = await finishing.last_of(call.session, upload_id)
    if last is None:
        raise UploadNotFound("There is no such upload, or nobody asked to finish it.")
    return await _finish(call, last)


async def _in_vain(call: Call, last: JobRecord) -> bool:
    if last.state not in {"failed", "cancelled"}:
        return False
    return await finishing.hosted_by(call.session, last) is None


async def _begin_finish(call: Call, upload: Upload) -> JobRecord:
    who = call.principal
    by = StartedBy(who.subject, who.credential, who.login, who.name)
    order = finishing.Finish(upload.id, upload.announced.name, upload.announced.size, by)
    await call.begin()
    started = await call.deps.jobs.start(
        call.deps.upload_job, order, key=finishing.key_of(upload.id), by=who.login,
        scope=call.rights.root(), tx=call.session,
    )  # fmt: skip
    if started.new:
        await call.deps.uploads.give(call.session, upload, started.id)
    return await commands.get(call.session, started.id)


async def _finish(call: Call, row: JobRecord) -> FinishView:
    ended = row.state in FINISHED
    made = await finishing.hosted_by(call.session, row) if ended else None
    file = await call.session.get(FileRecord, made.file_id) if made else None
    return FinishView(
        job_id=row.id,
        state="done" if made else _STATES.get(row.state, "running"),
        step="" if ended else _STEPS.get(row.stage, ""),
        bytes_done=row.done,
        bytes_total=row.total,
        reason=row.error,
        file=payloads.view(file) if file else None,
    )
