"""Routes: mirrors that a person registers. Those that ask as a Nebraska does need none of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from auth.role import Verb
from backend.http.guard import Requires
from backend.http.versions import IfMatch, check, tagged
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.scopes import at_application, at_mirror
from backend.omaha.api.types import Body, Id, Name, View
from backend.omaha.catalog import edit, mirrors
from backend.omaha.domain.rights import MIRROR
from backend.omaha.store.tables import ApplicationRecord, RegisteredMirrorRecord

router = APIRouter(tags=["updates: mirrors"])


class RegisteredMirrorView(View):
    """A registered mirror: `machine_id` is what it calls itself, without braces."""

    id: int
    application_id: int
    machine_id: str
    name: str
    created_at: float
    updated_at: float
    version: int


class NewMirror(Body):
    """A server that mirrors an application."""

    machine_id: Annotated[str, Field(min_length=1, max_length=66)]
    name: Name


class MirrorChange(Body):
    """What to call it."""

    name: Name


@router.post(
    "/applications/{application_id}/registered-mirrors",
    status_code=201,
    dependencies=[Requires(MIRROR, Verb.CREATE, at_application)],
)
async def register_mirror(
    call: Caller, application_id: Id, body: NewMirror, response: Response
) -> RegisteredMirrorView:
    """Have whoever calls itself so be a mirror: it gets every release at once, floors and
    target, is not counted, and holds nobody up."""
    row = await mirrors.register(call.session, application_id, body.machine_id, body.name)
    application = await edit.get(call.session, ApplicationRecord, application_id)
    call.did("create", row, body.model_dump(), name=f"{application.name}/{row.name}")
    return _answer(row, response)


@router.get("/registered-mirrors/{mirror_id}", dependencies=[Requires(MIRROR, Verb.GET, at_mirror)])
async def get_registered_mirror(
    call: Caller, mirror_id: Id, response: Response
) -> RegisteredMirrorView:
    """One registered mirror."""
    return _answer(await edit.get(call.session, RegisteredMirrorRecord, mirror_id), response)


@router.patch(
    "/registered-mirrors/{mirror_id}", dependencies=[Requires(MIRROR, Verb.UPDATE, at_mirror)]
)
async def rename_mirror(
    call: Caller, mirror_id: Id, *, body: MirrorChange, response: Response, if_match: IfMatch = None
) -> RegisteredMirrorView:
    """Call it otherwise."""
    await call.begin()
    row = await _matched(call, mirror_id, if_match)
    changed = {"name": [row.name, body.name]}
    row = await mirrors.rename(call.session, row, body.name)
    call.did("update", row, changed)
    return _answer(row, response)


@router.delete(
    "/registered-mirrors/{mirror_id}",
    status_code=204,
    dependencies=[Requires(MIRROR, Verb.DELETE, at_mirror)],
)
async def unregister_mirror(call: Caller, mirror_id: Id, if_match: IfMatch = None) -> None:
    """From now on it is a machine like any other, unless its requests tell that it mirrors."""
    await call.begin()
    row = await _matched(call, mirror_id, if_match)
    await mirrors.delete(call.session, row)
    call.did("delete", row)


async def _matched(call: Call, mirror_id: int, if_match: str | None) -> RegisteredMirrorRecord:
    row = await edit.get(call.session, RegisteredMirrorRecord, mirror_id)
    check(if_match, row.version, _view(row))
    return row


def _answer(row: RegisteredMirrorRecord, response: Response) -> RegisteredMirrorView:
    tagged(response, row.version)
    return _view(row)


def _view(row: RegisteredMirrorRecord) -> RegisteredMirrorView:
    return RegisteredMirrorView(**row.model_dump())
