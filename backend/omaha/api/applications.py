"""Routes: applications."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response
from pydantic import Field

from auth.role import Verb
from backend.http.versions import IfMatch, check, tagged
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.changes import difference, given
from backend.omaha.api.paging import Page, decode, encode
from backend.omaha.api.rights import APPLICATION
from backend.omaha.api.types import Body, Cursor, Id, Limit, Line, Name, ShortName, View
from backend.omaha.catalog import applications, edit
from backend.omaha.store.tables import ApplicationRow

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


@router.get("/applications")
async def list_applications(
    call: Caller, limit: Limit = 50, cursor: Cursor = None
) -> Page[ApplicationView]:
    """Applications by name, as far as the caller may see anything of them."""
    after = decode(cursor, str, int)
    ids = call.visible().application_ids()
    rows = await applications.page(
        call.session, ids, (after[0], after[1]) if after else None, limit + 1
    )
    shown = rows[:limit]
    last = encode(shown[-1].name, shown[-1].id or 0) if len(rows) > limit else None
    return Page(items=await views(call, shown), next=last)


@router.post("/applications", status_code=201)
async def create_application(
    call: Caller, body: NewApplication, response: Response
) -> ApplicationView:
    """Make an application."""
    call.need_root(APPLICATION, Verb.CREATE)
    await call.begin()
    row = await applications.create(call.session, body.appid, body.name, body.description)
    await call.audit(APPLICATION, "create", row.name, body.model_dump())
    return await _answer(call, row, response)


@router.get("/applications/{application_id}")
async def get_application(call: Caller, application_id: Id, response: Response) -> ApplicationView:
    """One application."""
    call.need(APPLICATION, Verb.GET, application_id)
    row = await edit.get(call.session, ApplicationRow, application_id)
    return await _answer(call, row, response)


@router.patch("/applications/{application_id}")
async def change_application(
    call: Caller,
    application_id: Id,
    body: ApplicationChange,
    response: Response,
    if_match: IfMatch = None,
) -> ApplicationView:
    """Change appid, name or description."""
    call.need(APPLICATION, Verb.UPDATE, application_id)
    await call.begin()
    row = await edit.get(call.session, ApplicationRow, application_id)
    check(if_match, row.version, (await views(call, [row]))[0])
    values = {name: value for name, value in given(body).items() if value is not None}
    changed = difference(row, values)
    row = await applications.edit(call.session, row, values)
    await call.audit(APPLICATION, "update", row.name, changed)
    return await _answer(call, row, response)


@router.delete("/applications/{application_id}", status_code=204)
async def delete_application(call: Caller, application_id: Id, if_match: IfMatch = None) -> None:
    """Delete it; 409 names what still belongs to it."""
    call.need(APPLICATION, Verb.DELETE, application_id)
    await call.begin()
    row = await edit.get(call.session, ApplicationRow, application_id)
    check(if_match, row.version, (await views(call, [row]))[0])
    await applications.delete(call.session, row)
    await call.audit(APPLICATION, "delete", row.name)


async def views(call: Call, rows: Sequence[ApplicationRow]) -> list[ApplicationView]:
    """The rows as answered, with their counts."""
    counts = await applications.counts(call.session, [row.id or 0 for row in rows])
    return [
        ApplicationView(
            id=row.id or 0,
            appid=row.appid,
            name=row.name,
            description=row.description,
            counts=ApplicationCounts(
                groups=counts[row.id or 0].get("groups", 0),
                channels=counts[row.id or 0].get("channels", 0),
                packages=counts[row.id or 0].get("packages", 0),
                machines=counts[row.id or 0].get("machines", 0),
            ),
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
        )
        for row in rows
    ]


async def _answer(call: Call, row: ApplicationRow, response: Response) -> ApplicationView:
    tagged(response, row.version)
    return (await views(call, [row]))[0]
