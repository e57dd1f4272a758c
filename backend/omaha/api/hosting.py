"""Routes: importing a release's files in the background, so that they are hosted here.

POST starts it and answers at once; GET tells how far it is. It goes on when nobody looks, can
be cancelled, and goes on with the bytes that are here when it is resumed.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter, Path, Request, Response
from msgspec.structs import replace
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.principal import Principal
from auth.role import Verb
from backend.errors import Conflict
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.deps import UpdatesDeps
from backend.omaha.api.imports import ExtraName
from backend.omaha.api.mirrors import chosen, mirror
from backend.omaha.api.rights import PACKAGE
from backend.omaha.api.types import Body, Id, View
from backend.omaha.catalog import edit, packages, releases
from backend.omaha.payloads.import_records import ImportRecord
from backend.omaha.payloads.import_runner import Job
from backend.omaha.payloads.importer import Stored
from backend.omaha.payloads.release import MAX_EXTRAS, Release, parse_releases
from backend.omaha.payloads.source import ReleaseSource
from backend.omaha.store.tables import ApplicationRow

router = APIRouter(tags=["updates: packages"])

ImportId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


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
    """An import and how far it is. `bytes_done` of `bytes_total` are here (0 of 0 before the
    mirror was looked at); `reason` says why it failed; interrupted: the process that worked
    on it ended, resume it. `created` false: the package was there, with the same payload."""

    id: str
    application_id: int
    release: str
    board: str
    mirror: str
    extras: list[str]
    state: Literal["running", "interrupted", "failed", "cancelled", "done"]
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


@router.post("/applications/{application_id}/hosted-imports", status_code=202)
async def start_hosted_import(
    call: Caller, application_id: Id, body: NewHostedImport, request: Request, response: Response
) -> HostedImportView:
    """Begin to fetch a release from a mirror. 409 while this very package is being imported."""
    _need(call, Verb.CREATE, application_id)
    release = packages.check_release(body.release)
    base = chosen(call.deps, body.mirror)
    notes, released = parse_releases(body.releases, release) if body.releases else ("", "")
    app = await edit.get(call.session, ApplicationRow, application_id)
    record = ImportRecord(
        id="", application_id=application_id, release=release, board=body.board, mirror=base,
        extras=tuple(body.extras), started_by=call.principal.login, created_at=0.0,
        updated_at=0.0, notes=notes, released=released,
    )  # fmt: skip
    detail = body.model_dump(exclude={"releases"}) | {"mirror": base}
    await call.audit(PACKAGE, "import-start", f"{app.name}/{release}", detail)
    record = await _begin(call, record, request)
    updates = request.url.path.partition("/applications/")[0]
    response.headers["Location"] = f"{updates}/hosted-imports/{record.id}"
    return view(record)


@router.get("/applications/{application_id}/hosted-imports")
async def list_hosted_imports(call: Caller, application_id: Id) -> list[HostedImportView]:
    """The application's imports, newest first; the last hundred are remembered."""
    call.need(PACKAGE, Verb.LIST, application_id)
    found = await anyio.to_thread.run_sync(call.deps.imports.records.list)
    return [view(record) for record in found if record.application_id == application_id]


@router.get("/hosted-imports/{import_id}")
async def get_hosted_import(call: Caller, import_id: ImportId) -> HostedImportView:
    """One import, as far as it is now."""
    return view(await _read(call, import_id, Verb.GET))


@router.post("/hosted-imports/{import_id}/cancel", status_code=202)
async def cancel_hosted_import(call: Caller, import_id: ImportId) -> HostedImportView:
    """Stop it soon; the bytes that are here stay for a week, should it be resumed."""
    record = await _read(call, import_id, Verb.CREATE)
    if record.state != "running":
        raise Conflict(f"The import does not run: it is {record.state}.")
    await call.audit(PACKAGE, "import-cancel", await _target(call.session, record))
    await anyio.to_thread.run_sync(call.deps.imports.records.ask_to_cancel, record.id)
    return view(record)


@router.post("/hosted-imports/{import_id}/resume", status_code=202)
async def resume_hosted_import(
    call: Caller, import_id: ImportId, request: Request
) -> HostedImportView:
    """Go on after a failure, a cancellation or an interruption."""
    record = await _read(call, import_id, Verb.CREATE)
    if record.state in {"running", "done"}:
        raise Conflict(f"There is nothing to resume: the import is {record.state}.")
    chosen(call.deps, record.mirror)
    await call.audit(PACKAGE, "import-resume", await _target(call.session, record))
    again = replace(record, started_by=call.principal.login, attempts=record.attempts + 1)
    return view(await _begin(call, again, request))


def view(record: ImportRecord) -> HostedImportView:
    """The record as answered."""
    return HostedImportView(
        **{
            name: getattr(record, name)
            for name in HostedImportView.model_fields
            if name != "extras"
        },
        extras=list(record.extras),
    )


def _need(call: Call, verb: Verb, application_id: int) -> None:
    """The package is the application's, its bytes are kept for all of the service."""
    call.need(PACKAGE, verb, application_id)
    if verb is not Verb.GET:
        call.need_root(PACKAGE, verb)


async def _read(call: Call, import_id: str, verb: Verb) -> ImportRecord:
    record = await anyio.to_thread.run_sync(call.deps.imports.records.get, import_id)
    _need(call, verb, record.application_id)
    return record


async def _begin(call: Call, record: ImportRecord, request: Request) -> ImportRecord:
    deps = call.deps
    background = _Background(deps, call.principal, request.app.state.console.sessions)

    def source() -> AbstractAsyncContextManager[ReleaseSource]:
        return mirror(deps, record.mirror, record.board, record.release)

    return await deps.imports.begin(record, Job(source, background.register, background.ended))


@dataclass(frozen=True, slots=True)
class _Background:
    """What is left of a request when its work goes on without it."""

    deps: UpdatesDeps
    principal: Principal
    sessions: async_sessionmaker[AsyncSession]

    async def register(
        self, record: ImportRecord, release: Release, stored: list[Stored]
    ) -> tuple[int, bool]:
        """Make the package, in one transaction with its audit record."""
        async with self.sessions() as session, session.begin():
            await edit.begin(session)
            app = await edit.get(session, ApplicationRow, record.application_id)
            made = await releases.host(session, app, release, stored)
            key = made.package.id or 0
            files = [item.file.name for item in stored]
            detail = {"package_id": key, "files": files, "bytes": record.bytes_total}
            await self._audit(session, "import", record, detail)
            return key, made.created

    async def ended(self, record: ImportRecord) -> None:
        """Record how an import ended that made no package."""
        async with self.sessions() as session, session.begin():
            verb = f"import-{record.state}"
            await self._audit(session, verb, record, {"reason": record.reason})

    async def _audit(
        self, session: AsyncSession, verb: str, record: ImportRecord, detail: dict[str, Any]
    ) -> None:
        await self.deps.audit(
            session,
            self.principal,
            action=f"{PACKAGE}:{verb}",
            kind=PACKAGE,
            target=await _target(session, record),
            detail=detail | {"mirror": record.mirror, "board": record.board},
        )


async def _target(session: AsyncSession, record: ImportRecord) -> str:
    app = await session.get(ApplicationRow, record.application_id)
    return f"{app.name if app else record.application_id}/{record.release}"
