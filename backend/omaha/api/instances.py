"""Routes: machines."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from auth.role import Verb
from backend.errors import NotFoundProblem, PreconditionFailed
from backend.http.guard import Requires
from backend.http.versions import IfMatch, check, stale, tagged
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.changes import given
from backend.omaha.api.instance_views import (
    HistoryView,
    InstanceView,
    history_view,
    instance_view,
)
from backend.omaha.api.scopes import at_instance
from backend.omaha.api.types import (
    BigId,
    Body,
    BodyId,
    View,
)
from backend.omaha.catalog import edit, groups, machines
from backend.omaha.domain.rights import INSTANCE
from backend.omaha.fleet import actions
from backend.omaha.store.tables import GroupRecord, InstanceRecord

router = APIRouter(tags=["updates: machines"])

HistoryLimit = Annotated[int, Query(ge=1, le=1000, description="changes told")]
MachineName = Annotated[str, Field(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$")]


class MachineHistory(View):
    """Changes of status, newest first; `more`: there were others before."""

    items: list[HistoryView]
    more: bool


class InstanceChange(Body):
    """What to change; absent fields stay. An empty `name` gives the machine's own alias
    back."""

    name: MachineName | None = None
    hidden: bool | None = None
    group_id: BodyId | None = None


@router.get(
    "/instances/{instance_id}", dependencies=[Requires(INSTANCE, Verb.GET, at_instance, "machine")]
)
async def get_instance(call: Caller, instance_id: BigId, response: Response) -> InstanceView:
    """One machine."""
    return await _answer(call, await read(call, instance_id, Verb.GET), response)


@router.get(
    "/instances/{instance_id}/history",
    dependencies=[Requires(INSTANCE, Verb.GET, at_instance, "machine")],
)
async def list_history(
    call: Caller, instance_id: BigId, limit: HistoryLimit = 50
) -> MachineHistory:
    """What the machine went through, newest first, with error codes in words. Retention thins
    it, so that all of it fits."""
    row = await read(call, instance_id, Verb.GET)
    rows = await machines.history(call.session, row.id or 0, limit + 1)
    items = [history_view(entry) for entry in rows[:limit]]
    return MachineHistory(items=items, more=len(rows) > limit)


@router.patch(
    "/instances/{instance_id}",
    dependencies=[Requires(INSTANCE, Verb.UPDATE, at_instance, "machine")],
)
async def change_instance(
    call: Caller,
    instance_id: BigId,
    body: InstanceChange,
    response: Response,
    *,
    if_match: IfMatch = None,
) -> InstanceView:
    """Name, hide or move a machine. Moved ones stay in the group whatever their track says;
    `group_id` null lets the track decide again."""
    row = await _matched(call, instance_id, Verb.UPDATE, if_match)
    values, target = given(body), call.target(row)
    key = row.id or 0
    if values.get("name") is not None:
        await _apply(
            call, row, actions.rename(call.session, key, values["name"], version=row.version)
        )
    if values.get("hidden") is not None:
        await _apply(
            call, row, actions.hide(call.session, key, hidden=values["hidden"], version=row.version)
        )
    if "group_id" in values:
        await _move(call, row, values["group_id"])
    call.did("update", target, values)
    return await _answer(call, row, response)


@router.post(
    "/instances/{instance_id}/retry",
    dependencies=[Requires(INSTANCE, Verb.UPDATE, at_instance, "machine")],
)
async def retry_instance(
    call: Caller, instance_id: BigId, response: Response, if_match: IfMatch = None
) -> InstanceView:
    """Forget the machine's failure, so that it is offered the same version again."""
    row = await _matched(call, instance_id, Verb.UPDATE, if_match)
    await _apply(call, row, actions.retry(call.session, row.id or 0, version=row.version))
    call.did("retry", row)
    return await _answer(call, row, response)


@router.delete(
    "/instances/{instance_id}",
    status_code=204,
    dependencies=[Requires(INSTANCE, Verb.DELETE, at_instance, "machine")],
)
async def delete_instance(call: Caller, instance_id: BigId, if_match: IfMatch = None) -> None:
    """Forget a machine and its history; it registers anew when it checks in."""
    row = await _matched(call, instance_id, Verb.DELETE, if_match)
    target = call.target(row)
    await _apply(call, row, actions.delete(call.session, row.id or 0, version=row.version))
    call.did("delete", target)


async def _apply(call: Call, row: InstanceRecord, change: Awaitable[None]) -> None:
    """Do it and read the row again. A machine that checked in at this very moment makes a
    412 with what it is now."""
    key = row.id or 0
    changed_meanwhile = False
    try:
        await change
    except PreconditionFailed:
        changed_meanwhile = True
    present = await call.session.get(InstanceRecord, key, populate_existing=True)
    if changed_meanwhile and present is None:
        raise NotFoundProblem("The machine was deleted meanwhile.")
    if changed_meanwhile and present is not None:
        raise stale(present.version, (await views(call, [present]))[0])


async def _move(call: Call, row: InstanceRecord, group_id: int | None) -> None:
    """Into a group that the caller may change machines of, too."""
    if group_id is not None:
        group = await edit.get(call.session, GroupRecord, group_id)
        call.need_member(Verb.UPDATE, group)
    await _apply(call, row, actions.move(call.session, row.id or 0, group_id, version=row.version))


async def _matched(
    call: Call, instance_id: int, verb: Verb, if_match: str | None
) -> InstanceRecord:
    row = await read(call, instance_id, verb)
    check(if_match, row.version, (await views(call, [row]))[0])
    return row


async def _answer(call: Call, row: InstanceRecord, response: Response) -> InstanceView:
    tagged(response, row.version)
    return (await views(call, [row]))[0]


async def read(call: Call, instance_id: int, verb: Verb) -> InstanceRecord:
    """The machine, when the caller may do this to it."""
    row = await call.session.get(InstanceRecord, instance_id)
    if row is None:
        raise NotFoundProblem("There is no such machine, or you may not see it.")
    call.need_instance(verb, row)
    return row


async def views(call: Call, rows: Sequence[InstanceRecord]) -> list[InstanceView]:
    """The rows as answered, with their groups' names."""
    wanted = {row.group_id for row in rows}
    names = await groups.names(call.session, wanted)
    return [instance_view(row, names.get(row.group_id, "")) for row in rows]
