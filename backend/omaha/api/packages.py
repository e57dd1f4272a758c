"""Routes: packages, their extra files and blacklists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response

from auth.role import Verb
from backend.http.guard import Requires
from backend.http.versions import IfMatch, check, tagged
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.changes import difference, given
from backend.omaha.api.package_bodies import (
    ExtraFileBody,
    ExtraFileView,
    PackageChange,
    PackageCreate,
    PackageView,
)
from backend.omaha.api.scopes import at_application, at_package
from backend.omaha.api.types import (
    Id,
    Named,
    arch_label,
    arch_of,
    kind_label,
    kind_of,
)
from backend.omaha.catalog import edit, packages
from backend.omaha.domain.model import ExtraFile
from backend.omaha.domain.rights import PACKAGE
from backend.omaha.payloads.digest import hex_to_base64
from backend.omaha.store.tables import ApplicationRecord, FileRecord, PackageRecord

router = APIRouter(tags=["updates: packages"])


@router.post(
    "/applications/{application_id}/packages",
    status_code=201,
    dependencies=[Requires(PACKAGE, Verb.CREATE, at_application)],
)
async def create_package(
    call: Caller, application_id: Id, body: PackageCreate, response: Response
) -> PackageView:
    """Make a package of an uploaded payload or of one that is hosted elsewhere."""
    await call.begin()
    application = await edit.get(call.session, ApplicationRecord, application_id)
    new, file = await _new(call, body)
    row = await packages.create(call.session, application_id, new)
    if file is not None:
        await edit.change(call.session, file, {"package_id": row.id})
    name = f"{application.name}/{row.release}/{body.arch}"
    call.did("create", row, body.model_dump(mode="json"), name=name)
    return await _answer(call, row, response)


@router.get("/packages/{package_id}", dependencies=[Requires(PACKAGE, Verb.GET, at_package)])
async def get_package(call: Caller, package_id: Id, response: Response) -> PackageView:
    """One package."""
    return await _answer(call, await edit.get(call.session, PackageRecord, package_id), response)


@router.patch("/packages/{package_id}", dependencies=[Requires(PACKAGE, Verb.UPDATE, at_package)])
async def change_package(
    call: Caller,
    *,
    package_id: Id,
    body: PackageChange,
    response: Response,
    if_match: IfMatch = None,
) -> PackageView:
    """Change the text, the code base, the extra files or the blacklist."""
    await call.begin()
    row = await _matched(call, package_id, if_match)
    values = {k: v for k, v in given(body).items() if v is not None}
    extras = values.pop("extras", None)
    blacklist = values.pop("blacklist", None)
    if "url" in values and not row.url:
        raise edit.invalid("url", "stays empty while this service hosts the payload.")
    changed: dict[str, Any] = difference(row, values)
    row = await packages.edit(
        call.session, row, values, None if extras is None else _extras(extras), blacklist
    )
    lists = {"extras": [e.name for e in extras or []], "blacklist": blacklist}
    changed |= {k: v for k, v in lists.items() if k in body.model_fields_set}
    call.did("update", row, changed)
    return await _answer(call, row, response)


@router.delete(
    "/packages/{package_id}",
    status_code=204,
    dependencies=[Requires(PACKAGE, Verb.DELETE, at_package)],
)
async def delete_package(call: Caller, package_id: Id, if_match: IfMatch = None) -> None:
    """Delete it; 409 names the channels, floors and rollouts that use it."""
    await call.begin()
    row = await _matched(call, package_id, if_match)
    await packages.delete(call.session, row)
    call.did("delete", row)


async def views(call: Call, rows: Sequence[PackageRecord]) -> list[PackageView]:
    """The rows as answered."""
    ids = [row.id or 0 for row in rows]
    extras = await packages.extras_of(call.session, ids)
    blacklists = await packages.blacklists_of(call.session, ids)
    channels = await packages.channels_of(call.session, ids)
    return [
        PackageView(
            id=key,
            application_id=row.application_id,
            release=row.release,
            arch=arch_label(row.arch),
            kind=kind_label(row.kind),
            url=row.url,
            hosted=not row.url,
            filename=row.filename,
            size=row.size,
            sha1=row.sha1,
            sha256=row.sha256,
            description=row.description,
            release_notes=row.release_notes,
            extras=[
                ExtraFileView(name=e.name, size=e.size, sha1=e.sha1, sha256=e.sha256)
                for e in extras[key]
            ],
            blacklist=blacklists[key],
            channels=[Named(id=channel, name=name) for channel, name in channels[key]],
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
        )
        for key, row in zip(ids, rows, strict=True)
    ]


async def _new(call: Call, body: PackageCreate) -> tuple[packages.NewPackage, FileRecord | None]:
    if body.file_id is not None:
        file = await _hosted(call, body)
        made = _made(body, file.name, file.size, hex_to_base64(file.sha256))
        return replace(made, sha1=file.sha1), file
    if body.url and body.filename and body.size and body.sha256:
        made = _made(body, body.filename, body.size, body.sha256)
        return replace(made, url=body.url, sha1=body.sha1), None
    missing = next(n for n in ("url", "filename", "size", "sha256") if not getattr(body, n))
    raise edit.invalid(missing, "is needed unless file_id names an uploaded payload.")


def _made(body: PackageCreate, filename: str, size: int, sha256: str) -> packages.NewPackage:
    return packages.NewPackage(
        release=body.release,
        arch=arch_of(body.arch),
        kind=kind_of(body.kind),
        filename=filename,
        size=size,
        sha256=sha256,
        description=body.description,
        release_notes=body.release_notes,
        extras=_extras(body.extras),
        blacklist=body.blacklist,
    )


async def _hosted(call: Call, body: PackageCreate) -> FileRecord:
    taken = [n for n in ("url", "filename", "size", "sha256") if getattr(body, n) is not None]
    if taken:
        raise edit.invalid(taken[0], "comes from the uploaded payload; leave it out.")
    file = await call.session.get(FileRecord, body.file_id)
    if file is None or not file.complete:
        raise edit.invalid("file_id", "is no uploaded payload.")
    if file.package_id is not None:
        raise edit.invalid("file_id", "is the payload of another package.")
    return file


def _extras(bodies: Sequence[ExtraFileBody]) -> list[ExtraFile]:
    return [ExtraFile(b.name, b.size, b.sha1, b.sha256) for b in bodies]


async def _matched(call: Call, package_id: int, if_match: str | None) -> PackageRecord:
    row = await edit.get(call.session, PackageRecord, package_id)
    check(if_match, row.version, (await views(call, [row]))[0])
    return row


async def _answer(call: Call, row: PackageRecord, response: Response) -> PackageView:
    tagged(response, row.version)
    return (await views(call, [row]))[0]
