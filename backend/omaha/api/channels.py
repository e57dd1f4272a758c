"""Routes: channels and their floors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from auth.role import Verb
from backend.http.guard import Requires
from backend.http.versions import IfMatch, check, tagged
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.changes import difference, given
from backend.omaha.api.scopes import at_application, at_channel
from backend.omaha.api.types import (
    ArchName,
    Body,
    BodyId,
    Id,
    Line,
    Named,
    PackageBrief,
    ShortName,
    View,
    arch_label,
    arch_of,
)
from backend.omaha.catalog import channels, edit
from backend.omaha.domain import semver
from backend.omaha.domain.rights import CHANNEL, GROUP
from backend.omaha.store.tables import ApplicationRecord, ChannelRecord, PackageRecord

router = APIRouter(tags=["updates: channels"])

Color = Annotated[str, Field(pattern=r"^(#[0-9A-Fa-f]{6})?$", max_length=7)]


class ChannelView(View):
    """A channel. `package` is what its machines should run; `groups` follow it."""

    id: int
    application_id: int
    name: str
    arch: ArchName
    color: str
    package: PackageBrief | None
    groups: list[Named]
    created_at: float
    updated_at: float
    version: int


class NewChannel(Body):
    """A channel to be made."""

    name: ShortName
    arch: ArchName
    color: Color = ""
    package_id: BodyId | None = None


class ChannelChange(Body):
    """What to change; absent fields stay. `package_id` null: nothing is offered."""

    name: ShortName | None = None
    color: Color | None = None
    package_id: BodyId | None = None


class FloorView(View):
    """A package that machines must install on their way up, and why."""

    package: PackageBrief
    reason: str
    created_at: float


class Floors(View):
    """All floors of a channel, of which there are at most a hundred."""

    items: list[FloorView]


class FloorChange(Body):
    """Why the package is a floor; machines that mirror updates are told."""

    reason: Line = ""


@router.post(
    "/applications/{application_id}/channels",
    status_code=201,
    dependencies=[Requires(CHANNEL, Verb.CREATE, at_application)],
)
async def create_channel(
    call: Caller, application_id: Id, body: NewChannel, response: Response
) -> ChannelView:
    """Make a channel for one architecture."""
    await call.begin()
    application = await edit.get(call.session, ApplicationRecord, application_id)
    row = await channels.create(
        call.session, application_id, name=body.name, arch=arch_of(body.arch), color=body.color,
        package_id=body.package_id,
    )  # fmt: skip
    call.did("create", row, body.model_dump(), name=f"{application.name}/{row.name}")
    return await _answer(call, row, response)


@router.get("/channels/{channel_id}", dependencies=[Requires(CHANNEL, Verb.GET, at_channel)])
async def get_channel(call: Caller, channel_id: Id, response: Response) -> ChannelView:
    """One channel."""
    return await _answer(call, await edit.get(call.session, ChannelRecord, channel_id), response)


@router.patch("/channels/{channel_id}", dependencies=[Requires(CHANNEL, Verb.UPDATE, at_channel)])
async def change_channel(
    call: Caller,
    channel_id: Id,
    body: ChannelChange,
    response: Response,
    if_match: IfMatch = None,
) -> ChannelView:
    """Rename it, recolour it, or point it at another package: its groups then roll out."""
    await call.begin()
    row = await _matched(call, channel_id, if_match)
    values = {k: v for k, v in given(body).items() if v is not None or k == "package_id"}
    changed = difference(row, values)
    row = await channels.edit(call.session, row, values)
    call.did("update", row, changed)
    return await _answer(call, row, response)


@router.delete(
    "/channels/{channel_id}",
    status_code=204,
    dependencies=[Requires(CHANNEL, Verb.DELETE, at_channel)],
)
async def delete_channel(call: Caller, channel_id: Id, if_match: IfMatch = None) -> None:
    """Delete it with its floors; 409 names the groups that follow it."""
    await call.begin()
    row = await _matched(call, channel_id, if_match)
    await channels.delete(call.session, row)
    call.did("delete", row)


@router.get("/channels/{channel_id}/floors", dependencies=[Requires(CHANNEL, Verb.GET, at_channel)])
async def list_floors(call: Caller, channel_id: Id, response: Response) -> Floors:
    """The channel's floors by version, lowest first: the order machines pass them."""
    row = await edit.get(call.session, ChannelRecord, channel_id)
    tagged(response, row.version)
    found = await channels.floors(call.session, row)
    found.sort(key=lambda pair: semver.parse(pair[1].release))
    items = [
        FloorView(package=brief(package), reason=floor.reason, created_at=floor.created_at)
        for floor, package in found
    ]
    return Floors(items=items)


@router.put(
    "/channels/{channel_id}/floors/{package_id}",
    dependencies=[Requires(CHANNEL, Verb.UPDATE, at_channel)],
)
async def put_floor(
    call: Caller,
    channel_id: Id,
    package_id: Id,
    *,
    body: FloorChange,
    response: Response,
    if_match: IfMatch = None,
) -> ChannelView:
    """Make a package a floor, or change the reason. The tag is the channel's."""
    await call.begin()
    row = await _matched(call, channel_id, if_match)
    row = await channels.set_floor(call.session, row, package_id, body.reason)
    call.did("set-floor", row, {"package_id": package_id})
    return await _answer(call, row, response)


@router.delete(
    "/channels/{channel_id}/floors/{package_id}",
    dependencies=[Requires(CHANNEL, Verb.UPDATE, at_channel)],
)
async def delete_floor(
    call: Caller, channel_id: Id, package_id: Id, *, response: Response, if_match: IfMatch = None
) -> ChannelView:
    """The package is no longer a floor. The tag is the channel's."""
    await call.begin()
    row = await _matched(call, channel_id, if_match)
    row = await channels.clear_floor(call.session, row, package_id)
    call.did("clear-floor", row, {"package_id": package_id})
    return await _answer(call, row, response)


def brief(package: PackageRecord) -> PackageBrief:
    """A package by id and version."""
    return PackageBrief(id=package.id or 0, release=package.release)


async def views(call: Call, rows: Sequence[ChannelRecord]) -> list[ChannelView]:
    """The rows as answered."""
    groups = await channels.groups_of(call.session, [row.id or 0 for row in rows])
    wanted = [row.package_id for row in rows if row.package_id]
    found = await channels.targets(call.session, wanted)
    packages = {package.id: brief(package) for package in found}
    return [
        ChannelView(
            id=row.id or 0,
            application_id=row.application_id,
            name=row.name,
            arch=arch_label(row.arch),
            color=row.color,
            package=packages.get(row.package_id),
            groups=[
                Named(id=key, name=name)
                for key, name in groups[row.id or 0]
                if call.lists(GROUP, row.application_id, key)
            ],
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
        )
        for row in rows
    ]


async def _matched(call: Call, channel_id: int, if_match: str | None) -> ChannelRecord:
    row = await edit.get(call.session, ChannelRecord, channel_id)
    check(if_match, row.version, (await views(call, [row]))[0])
    return row


async def _answer(call: Call, row: ChannelRecord, response: Response) -> ChannelView:
    tagged(response, row.version)
    return (await views(call, [row]))[0]
