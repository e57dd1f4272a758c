"""Routes: groups and their policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from pydantic import ValidationError

from auth.role import Verb
from backend.errors import Unprocessable
from backend.http.guard import Requires
from backend.http.versions import IfMatch, check, tagged
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.changes import difference, given
from backend.omaha.api.rollout_views import RolloutView, rollout_view
from backend.omaha.api.scopes import at_application, at_group
from backend.omaha.api.types import (
    ArchName,
    BodyId,
    Id,
    Line,
    Name,
    PackageBrief,
    Track,
    View,
    arch_label,
    arch_of,
)
from backend.omaha.api.types import Body as BodyModel
from backend.omaha.catalog import channels, edit, groups, rollouts
from backend.omaha.domain.rights import GROUP
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.store.tables import ApplicationRecord, GroupRecord

router = APIRouter(tags=["updates: groups"])


class ChannelBrief(View):
    """The channel a group follows, and what it points at."""

    id: int
    name: str
    package: PackageBrief | None


class GroupView(View):
    """A group with its whole policy. `machines` is the exact tally; `rollout` the one in
    force, null before the first machine asks."""

    id: int
    application_id: int
    name: str
    description: str
    track: str
    arch: ArchName
    channel: ChannelBrief | None
    policy: RolloutPolicy
    rollout: RolloutView | None
    machines: int
    created_at: float
    updated_at: float
    version: int


class NewGroup(BodyModel):
    """A group to be made. Without a policy it grants nothing until one is set."""

    name: Name
    track: Track
    arch: ArchName
    channel_id: BodyId | None = None
    description: Line = ""
    policy: RolloutPolicy | None = None


class GroupChange(BodyModel):
    """What to change; absent fields stay. `channel_id` null: nothing is offered."""

    name: Name | None = None
    description: Line | None = None
    track: Track | None = None
    channel_id: BodyId | None = None


@router.post(
    "/applications/{application_id}/groups",
    status_code=201,
    dependencies=[Requires(GROUP, Verb.CREATE, at_application)],
)
async def create_group(
    call: Caller, application_id: Id, body: NewGroup, response: Response
) -> GroupView:
    """Make a group for one track and architecture."""
    await call.begin()
    application = await edit.get(call.session, ApplicationRecord, application_id)
    row = await groups.create(
        call.session, application_id, name=body.name, track=body.track, arch=arch_of(body.arch),
        channel_id=body.channel_id, description=body.description, policy=body.policy,
    )  # fmt: skip
    name = f"{application.name}/{row.name}"
    call.did("create", row, body.model_dump(mode="json"), name=name)
    return await _answer(call, row, response)


@router.get("/groups/{group_id}", dependencies=[Requires(GROUP, Verb.GET, at_group)])
async def get_group(call: Caller, group_id: Id, response: Response) -> GroupView:
    """One group."""
    return await _answer(call, await edit.get(call.session, GroupRecord, group_id), response)


@router.patch("/groups/{group_id}", dependencies=[Requires(GROUP, Verb.UPDATE, at_group)])
async def change_group(
    call: Caller,
    *,
    group_id: Id,
    body: GroupChange,
    response: Response,
    if_match: IfMatch = None,
) -> GroupView:
    """Rename it, change its track, or let it follow another channel. The policy stays: it
    has its own address, so that nothing is switched off by leaving it out."""
    await call.begin()
    row = await matched(call, group_id, if_match)
    values = {k: v for k, v in given(body).items() if v is not None or k == "channel_id"}
    changed = difference(row, values)
    row = await groups.edit(call.session, row, values)
    call.did("update", row, changed)
    return await _answer(call, row, response)


@router.put("/groups/{group_id}/policy", dependencies=[Requires(GROUP, Verb.UPDATE, at_group)])
async def put_policy(
    call: Caller, *, group_id: Id, body: RolloutPolicy, response: Response, if_match: IfMatch = None
) -> GroupView:
    """Put a whole new policy in force. The tag is the group's."""
    await call.begin()
    row = await matched(call, group_id, if_match)
    changed = policy_difference(row.policy, body)
    row = await groups.set_policy(call.session, row, body)
    call.did("set-policy", row, changed)
    return await _answer(call, row, response)


@router.patch("/groups/{group_id}/policy", dependencies=[Requires(GROUP, Verb.UPDATE, at_group)])
async def change_policy(
    call: Caller,
    *,
    group_id: Id,
    body: Annotated[dict[str, Any], Body(max_length=64)],
    response: Response,
    if_match: IfMatch = None,
) -> GroupView:
    """Change some members of the policy; the others stay. The tag is the group's."""
    await call.begin()
    row = await matched(call, group_id, if_match)
    policy = merged(row.policy, body)
    changed = policy_difference(row.policy, policy)
    row = await groups.set_policy(call.session, row, policy)
    call.did("set-policy", row, changed)
    return await _answer(call, row, response)


def merged(stored: dict[str, Any], change: dict[str, Any]) -> RolloutPolicy:
    """The stored policy with some members replaced; a 422 that names the wrong one."""
    try:
        return RolloutPolicy.model_validate(stored | change)
    except ValidationError as error:
        errors = [
            {"field": ".".join(map(str, item["loc"])) or "policy", "message": item["msg"]}
            for item in error.errors()[:20]
        ]
        first = errors[0]
        raise Unprocessable(
            f"{first['field']}: {first['message']}",
            errors=[{"field": e["field"], "message": e["message"]} for e in errors],
        ) from None


def policy_difference(stored: dict[str, Any], policy: RolloutPolicy) -> dict[str, Any]:
    """``{member: [before, after]}`` for the audit record."""
    before = RolloutPolicy.model_validate(stored).model_dump(mode="json")
    after = policy.model_dump(mode="json")
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}


async def views(call: Call, rows: Sequence[GroupRecord]) -> list[GroupView]:
    """The rows as answered."""
    ids = [row.id or 0 for row in rows]
    machines = await groups.machines(call.session, ids)
    channels = await _channels(call, [row.channel_id for row in rows if row.channel_id])
    wanted = [row.rollout_id for row in rows if row.rollout_id]
    found = await rollouts.read(call.session, wanted)
    present = {rollout.id: rollout_view(rollout) for rollout in found}
    return [
        GroupView(
            id=key,
            application_id=row.application_id,
            name=row.name,
            description=row.description,
            track=row.track,
            arch=arch_label(row.arch),
            channel=channels.get(row.channel_id or 0),
            policy=RolloutPolicy.model_validate(row.policy),
            rollout=present.get(row.rollout_id),
            machines=machines.get(key, 0),
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
        )
        for key, row in zip(ids, rows, strict=True)
    ]


async def matched(call: Call, group_id: int, if_match: str | None) -> GroupRecord:
    """The group, when the caller means its present version."""
    row = await edit.get(call.session, GroupRecord, group_id)
    check(if_match, row.version, (await views(call, [row]))[0])
    return row


async def _channels(call: Call, ids: list[int]) -> dict[int, ChannelBrief]:
    found = await channels.with_targets(call.session, ids)
    return {
        channel.id or 0: ChannelBrief(
            id=channel.id or 0,
            name=channel.name,
            package=package and PackageBrief(id=package.id or 0, release=package.release),
        )
        for channel, package in found
    }


async def _answer(call: Call, row: GroupRecord, response: Response) -> GroupView:
    tagged(response, row.version)
    return (await views(call, [row]))[0]
