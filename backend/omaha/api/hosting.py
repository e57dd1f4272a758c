"""Routes: importing a release's files in the background, so that they are hosted here.

POST starts it and answers at once; GET tells how far it is. It is a job: it goes on when nobody
looks and when its process ends, can be cancelled, and goes on with the bytes that are here when
it is resumed.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from auth.role import Verb
from backend.errors import Conflict
from backend.http.guard import Requires
from backend.jobs import commands
from backend.jobs.records import steps_of
from backend.jobs.tables import FINISHED, JobRecord, StepRow
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.imports import ExtraName
from backend.omaha.api.mirrors import chosen
from backend.omaha.api.scopes import ImportId, at_application, at_import, at_root
from backend.omaha.api.targets import import_target, release_target
from backend.omaha.api.types import Body, Id, View
from backend.omaha.catalog import edit, imports, packages
from backend.omaha.catalog.importing import KIND, Made, Order, StartedBy, package_key
from backend.omaha.domain.rights import PACKAGE
from backend.omaha.payloads.errors import ImportNotFound
from backend.omaha.payloads.release import MAX_EXTRAS, Release, parse_releases
from backend.omaha.store.tables import ApplicationRecord

router = APIRouter(tags=["updates: packages"])

LISTED: Final = 100

State = Literal["running", "failed", "cancelled", "done"]
_STATES: Final[dict[str, State]] = {
    "succeeded": "done", "failed": "failed", "cancelled": "cancelled",
}  # fmt: skip


class NewHostedImport(Body):
    """A release on a mirror whose files are to be hosted here. `extras` are files to insist
    on beside those it lists; `releases` is the text of a releases-<channel>.json, for notes
    and date."""

    release: Annotated[str, Field(min_length=5, max_length=64)]
    board: Literal["amd64-usr", "arm64-usr"]
    mirror: Annotated[str, Field(max_length=256)] | None = None
    extras: Annotated[list[ExtraName], Field(default_factory=list, max_length=MAX_EXTRAS)]
    releases: Annotated[str, Field(max_length=900_000)] | None = None


class HostedImportView(View):
    """An import and how far it is; its `id` is that of its job. `bytes_done` of `bytes_total`
    are here (0 of 0 before the mirror was looked at); `attempts` counts transfers that broke
    off; `reason` says why it failed. `created` false: the package was there, with the same
    payload."""

    id: str
    application_id: int
    release: str
    board: str
    mirror: str
    extras: list[str]
    state: State
    step: Literal["examining", "downloading", "registering", ""]
    file: str
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    attempts: int
    reason: str
    package_id: int | None
    created: bool
    started_by: str
    created_at: float
    updated_at: float


@router.post(
    "/applications/{application_id}/hosted-imports",
    status_code=202,
    dependencies=[
        Requires(PACKAGE, Verb.CREATE, at_application),
        Requires(PACKAGE, Verb.CREATE, at_root),
    ],
)
async def start_hosted_import(
    call: Caller, application_id: Id, body: NewHostedImport, request: Request, response: Response
) -> HostedImportView:
    """Begin to fetch a release from a mirror. 409 while this very package is being imported."""
    release = packages.check_release(body.release)
    base = chosen(call.deps, body.mirror)
    notes, released = parse_releases(body.releases, release) if body.releases else ("", "")
    app = await edit.get(call.session, ApplicationRecord, application_id)
    who = call.principal
    order = Order(
        application_id=application_id, release=release, board=body.board, mirror=base,
        extras=tuple(body.extras), by=StartedBy(who.subject, who.credential, who.login, who.name),
        notes=notes, released=released,
    )  # fmt: skip
    detail = body.model_dump(exclude={"releases"}) | {"mirror": base}
    target = release_target(call.rights, app, release)
    call.did("import-start", target, detail, right=Verb.CREATE)
    started = await call.deps.jobs.start(
        call.deps.import_job, order, key=package_key(order), by=who.login, tx=call.session,
        scope=call.rights.application(application_id),
    )  # fmt: skip
    if not started.new:
        raise _under_way(order, started.id)
    updates = request.url.path.partition("/applications/")[0]
    response.headers["Location"] = f"{updates}/hosted-imports/{started.id}"
    return await _view(call.session, await commands.get(call.session, started.id))


@router.get(
    "/applications/{application_id}/hosted-imports",
    dependencies=[Requires(PACKAGE, Verb.LIST, at_application)],
)
async def list_hosted_imports(call: Caller, application_id: Id) -> list[HostedImportView]:
    """The application's imports, newest first; the last hundred."""
    found = await imports.of_application(call.session, application_id, LISTED)
    return [await _view(call.session, row) for row in found]


@router.get(
    "/hosted-imports/{import_id}", dependencies=[Requires(PACKAGE, Verb.GET, at_import, "import")]
)
async def get_hosted_import(call: Caller, import_id: ImportId) -> HostedImportView:
    """One import, as far as it is now."""
    return await _view(call.session, await _read(call, import_id))


@router.post(
    "/hosted-imports/{import_id}/cancel",
    status_code=202,
    dependencies=[
        Requires(PACKAGE, Verb.CREATE, at_import, "import"),
        Requires(PACKAGE, Verb.CREATE, at_root, "import"),
    ],
)
async def cancel_hosted_import(call: Caller, import_id: ImportId) -> HostedImportView:
    """Stop it soon; the bytes that are here stay for a week, should it be resumed."""
    row = await _read(call, import_id)
    row = await commands.cancel(call.session, row.id, call.principal.login)
    target = await import_target(call.session, call.rights, _order(row))
    call.did("import-cancel", target, right=Verb.CREATE)
    return await _view(call.session, row)


@router.post(
    "/hosted-imports/{import_id}/resume",
    status_code=202,
    dependencies=[
        Requires(PACKAGE, Verb.CREATE, at_import, "import"),
        Requires(PACKAGE, Verb.CREATE, at_root, "import"),
    ],
)
async def resume_hosted_import(call: Caller, import_id: ImportId) -> HostedImportView:
    """Go on after a failure or a cancellation."""
    row = await _read(call, import_id)
    order = _order(row)
    chosen(call.deps, order.mirror)
    row = await commands.restart(call.session, row.id, call.principal.login)
    target = await import_target(call.session, call.rights, order)
    call.did("import-resume", target, right=Verb.CREATE)
    return await _view(call.session, row)


def _under_way(order: Order, job_id: str) -> Conflict:
    return Conflict(
        f"{order.release} for {order.board} is being imported. Wait for that import, or cancel it.",
        import_id=job_id,
    )


async def _read(call: Call, import_id: str) -> JobRecord:
    row = await call.session.get(JobRecord, import_id, populate_existing=True)
    if row is None or row.kind != KIND:
        raise ImportNotFound("There is no such import, or it was forgotten.")
    return row


def _order(row: JobRecord) -> Order:
    return msgspec.json.decode(row.input, type=Order)


async def _view(session: AsyncSession, row: JobRecord) -> HostedImportView:
    order = _order(row)
    steps = [step for step in await steps_of(session, row.id) if step.phase == "run"]
    made = msgspec.json.decode(row.result, type=Made) if row.result else None
    tried = await imports.broken_off(session, row.id)
    step, _, file = row.stage.partition(" ") if row.state not in FINISHED else ("", "", "")
    return HostedImportView(
        id=row.id, application_id=order.application_id, release=order.release,
        board=order.board, mirror=order.mirror, extras=list(order.extras),
        state=_STATES.get(row.state, "running"), step=step, file=file,
        bytes_done=row.done, bytes_total=row.total, attempts=tried + 1, reason=row.error,
        package_id=made.package_id if made else None, created=made.created if made else False,
        started_by=row.started_by, created_at=row.created, updated_at=row.updated,
        **_files(steps),
    )  # fmt: skip


def _files(steps: list[StepRow]) -> dict[str, Any]:
    done = {step.name: step for step in steps if step.state == "done"}
    total = 0
    if "examine" in done:
        total = len(msgspec.json.decode(done["examine"].result, type=Release).files)
    fetched = sum(name.startswith("fetch ") for name in done)
    return {"files_done": fetched, "files_total": total}
