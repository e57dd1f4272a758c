"""Routes: applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Response
from pydantic import Field

from auth.role import Verb
from backend.http.guard import Requires
from backend.http.versions import IfMatch, check, tagged
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.changes import difference, given
from backend.omaha.api.scopes import at_application, at_root
from backend.omaha.api.types import Body, Id, Line, Name, ShortName, View
from backend.omaha.catalog import applications, edit, groups
from backend.omaha.domain.rights import (
    APPLICATION,
    CHANNEL,
    GROUP,
    INSTANCE,
    PACKAGE,
)
from backend.omaha.store.tables import ApplicationRecord

router = APIRouter(tags=["updates: applications"])


class ApplicationCounts(View):
    """How much there is in an application; machines from the exact tally."""

    groups: int
    channels: int
    packages: int
    machines: int


class ApplicationView(View):
    """An application. Times are Unix seconds."""

    id: int
    appid: str
    name: str
    description: str
    counts: ApplicationCounts
    created_at: float
    updated_at: float
    version: int


class NewApplication(Body):
    """An application to be made."""

    appid: ShortName = Field(description="as machines send it; braces and case do not matter")
    name: Name
    description: Line = ""


class ApplicationChange(Body):
    """What to change; absent fields stay."""

    appid: ShortName | None = None
    name: Name | None = None
    description: Line | None = None


@router.post(
    "/applications", status_code=201, dependencies=[Requires(APPLICATION, Verb.CREATE, at_root)]
)
async def create_application(
    call: Caller, body: NewApplication, response: Response
) -> ApplicationView:
    """Make an application."""
    await call.begin()
    row = await applications.create(call.session, body.appid, body.name, body.description)
    call.did("create", row, body.model_dump())
    return await _answer(call, row, response)


@router.get(
    "/applications/{application_id}", dependencies=[Requires(APPLICATION, Verb.GET, at_application)]
)
async def get_application(call: Caller, application_id: Id, response: Response) -> ApplicationView:
    """One application."""
    row = await edit.get(call.session, ApplicationRecord, application_id)
    return await _answer(call, row, response)


@router.patch(
    "/applications/{application_id}",
    dependencies=[Requires(APPLICATION, Verb.UPDATE, at_application)],
)
async def change_application(
    call: Caller,
    application_id: Id,
    body: ApplicationChange,
    response: Response,
    if_match: IfMatch = None,
) -> ApplicationView:
    """Change appid, name or description."""
    await call.begin()
    row = await edit.get(call.session, ApplicationRecord, application_id)
    check(if_match, row.version, (await views(call, [row]))[0])
    values = {name: value for name, value in given(body).items() if value is not None}
    changed = difference(row, values)
    row = await applications.edit(call.session, row, values)
    call.did("update", row, changed)
    return await _answer(call, row, response)


@router.delete(
    "/applications/{application_id}",
    status_code=204,
    dependencies=[Requires(APPLICATION, Verb.DELETE, at_application)],
)
async def delete_application(call: Caller, application_id: Id, if_match: IfMatch = None) -> None:
    """Delete it; 409 names what still belongs to it."""
    await call.begin()
    row = await edit.get(call.session, ApplicationRecord, application_id)
    check(if_match, row.version, (await views(call, [row]))[0])
    await applications.delete(call.session, row)
    call.did("delete", row)


async def views(call: Call, rows: Sequence[ApplicationRecord]) -> list[ApplicationView]:
    """The rows as answered, with the counts of what the caller may list."""
    counts = await _counts(call, [row.id or 0 for row in rows])
    return [
        ApplicationView(
            id=row.id or 0,
            appid=row.appid,
            name=row.name,
            description=row.description,
            counts=counts[row.id or 0],
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
        )
        for row in rows
    ]


async def _counts(call: Call, ids: Sequence[int]) -> dict[int, ApplicationCounts]:
    """Per application: how much the caller may list of each kind in it."""
    found = await applications.counts(call.session, ids)
    for name, kind in _COUNTED:
        for key in ids:
            seen = None if call.lists(kind, key) else await _groups(call, kind, key)
            if seen is not None:
                within = await applications.counts_within(call.session, key, seen)
                found[key][name] = within.get(name, 0)
    return {
        key: ApplicationCounts(**{name: found[key].get(name, 0) for name, _ in _COUNTED})
        for key in ids
    }


async def _groups(call: Call, kind: str, application_id: int) -> list[int]:
    every = await groups.ids(call.session, application_id)
    return [key for key in every if call.lists(kind, application_id, key)]


_COUNTED: Final = (
    ("groups", GROUP),
    ("channels", CHANNEL),
    ("packages", PACKAGE),
    ("machines", INSTANCE),
)
"""What is counted, and the kind whose right to list decides."""


async def _answer(call: Call, row: ApplicationRecord, response: Response) -> ApplicationView:
    tagged(response, row.version)
    return (await views(call, [row]))[0]
