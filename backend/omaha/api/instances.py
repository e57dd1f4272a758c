"""Routes: machines."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import select
from sqlmodel import col

from auth.role import Verb
from backend.errors import NotFoundProblem, PreconditionFailed
from backend.http.guard import Decides, Requires
from backend.http.versions import IfMatch, check, stale, tagged
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.changes import given
from backend.omaha.api.figures import Time
from backend.omaha.api.instance_views import (
    HistoryView,
    InstanceView,
    ReasonName,
    history_view,
    instance_view,
)
from backend.omaha.api.paging import decode, encode
from backend.omaha.api.rights import INSTANCE, LISTS
from backend.omaha.api.scopes import at_instance
from backend.omaha.api.types import (
    ArchName,
    BigId,
    Body,
    BodyId,
    Cursor,
    Id,
    Limit,
    QueryId,
    StatusName,
    View,
    arch_of,
    status_of,
)
from backend.omaha.catalog import edit, figures, machines
from backend.omaha.domain.model import Reason
from backend.omaha.fleet import actions
from backend.omaha.store.tables import ApplicationRow, GroupRow, InstanceRow

router = APIRouter(tags=["updates: machines"])

MachineName = Annotated[str, Field(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$")]

SearchText = Annotated[
    str, Query(min_length=2, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$", description="prefix")
]


class InstancePage(View):
    """Machines by id. `total` is exact, or null when only looking at every machine could
    tell. A page may be short, or empty with a `next`, when few of many pass the filter."""

    items: list[InstanceView]
    next: str | None
    total: int | None


class SearchResult(View):
    """Machines found; `more` says that there are others: type more of the prefix."""

    items: list[InstanceView]
    more: bool


class HistoryPage(View):
    """Changes of status, newest first."""

    items: list[HistoryView]
    next: str | None


class InstanceChange(Body):
    """What to change; absent fields stay. An empty `name` gives the machine's own alias
    back."""

    name: MachineName | None = None
    hidden: bool | None = None
    group_id: BodyId | None = None


@router.get("/applications/{application_id}/instances", dependencies=[Decides(LISTS)])
async def list_instances(
    call: Caller,
    *,
    application_id: Id,
    group_id: QueryId | None = None,
    channel_id: QueryId | None = None,
    status: Annotated[StatusName | None, Query()] = None,
    release: Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = None,
    reason: Annotated[ReasonName | None, Query()] = None,
    arch: Annotated[ArchName | None, Query()] = None,
    oem: Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = None,
    hidden: Annotated[bool | None, Query(description="true: only hidden ones")] = False,
    seen_since: Time = None,
    seen_before: Time = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> InstancePage:
    """The application's machines, narrowed by group, channel, status, version and more."""
    groups = _groups(call, application_id, group_id)
    await edit.get(call.session, ApplicationRow, application_id)
    wanted = machines.Filter(
        application_id=application_id,
        group_ids=groups,
        channel_id=channel_id,
        status=int(status_of(status)) if status else None,
        release=release,
        reason=int(Reason[reason.upper()]) if reason else None,
        arch=int(arch_of(arch)) if arch else None,
        oem=oem,
        hidden=hidden,
        seen_since=seen_since,
        seen_before=seen_before,
    )
    after = decode(cursor, int)
    found = await machines.page(call.session, wanted, after=after[0] if after else 0, limit=limit)
    return InstancePage(
        items=await views(call, found.rows),
        next=encode(found.after) if found.after is not None else None,
        total=await _total(call, wanted),
    )


@router.get("/instances", dependencies=[Decides(LISTS)])
async def search_instances(
    call: Caller, *, q: SearchText, limit: Annotated[int, Query(ge=1, le=50)] = 20
) -> SearchResult:
    """Machines whose id, name or address begins with `q`, over all applications."""
    visible = call.visible(INSTANCE)
    found, more = await machines.search(
        call.session,
        q,
        application_ids=None if visible.everything else visible.applications,
        group_ids=[group for _, group in visible.groups],
        limit=limit,
    )
    return SearchResult(items=await views(call, found), more=more)


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
    call: Caller, instance_id: BigId, limit: Limit = 50, cursor: Cursor = None
) -> HistoryPage:
    """What the machine went through, newest first, with error codes in words."""
    row = await read(call, instance_id, Verb.GET)
    before = decode(cursor, int)
    rows = await machines.history(
        call.session, row.id or 0, before=before[0] if before else None, limit=limit + 1
    )
    shown = rows[:limit]
    return HistoryPage(
        items=[history_view(entry) for entry in shown],
        next=encode(shown[-1].id or 0) if len(rows) > limit else None,
    )


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


async def _apply(call: Call, row: InstanceRow, change: Awaitable[None]) -> None:
    """Do it and read the row again. A machine that checked in at this very moment makes a
    412 with what it is now."""
    key = row.id or 0
    changed_meanwhile = False
    try:
        await change
    except PreconditionFailed:
        changed_meanwhile = True
    present = await call.session.get(InstanceRow, key, populate_existing=True)
    if changed_meanwhile and present is None:
        raise NotFoundProblem("The machine was deleted meanwhile.")
    if changed_meanwhile and present is not None:
        raise stale(present.version, (await views(call, [present]))[0])


async def _move(call: Call, row: InstanceRow, group_id: int | None) -> None:
    """Into a group that the caller may change machines of, too."""
    if group_id is not None:
        group = await edit.get(call.session, GroupRow, group_id)
        call.need_member(Verb.UPDATE, group)
    await _apply(call, row, actions.move(call.session, row.id or 0, group_id, version=row.version))


async def _matched(call: Call, instance_id: int, verb: Verb, if_match: str | None) -> InstanceRow:
    row = await read(call, instance_id, verb)
    check(if_match, row.version, (await views(call, [row]))[0])
    return row


async def _answer(call: Call, row: InstanceRow, response: Response) -> InstanceView:
    tagged(response, row.version)
    return (await views(call, [row]))[0]


async def read(call: Call, instance_id: int, verb: Verb) -> InstanceRow:
    """The machine, when the caller may do this to it."""
    row = await call.session.get(InstanceRow, instance_id)
    if row is None:
        raise NotFoundProblem("There is no such machine, or you may not see it.")
    call.need_instance(verb, row)
    return row


async def views(call: Call, rows: Sequence[InstanceRow]) -> list[InstanceView]:
    """The rows as answered, with their groups' names."""
    wanted = {row.group_id for row in rows}
    found = await call.session.execute(
        select(col(GroupRow.id), col(GroupRow.name)).where(col(GroupRow.id).in_(wanted))
    )
    names = {key: name for key, name in found}  # noqa: C416 (rows are not pairs to mypy)
    return [instance_view(row, names.get(row.group_id, "")) for row in rows]


def _groups(call: Call, application_id: int, group_id: int | None) -> frozenset[int] | None:
    """The groups to list: those the caller may see, or of these the one asked for."""
    visible = call.listed(INSTANCE, application_id)
    if group_id is None:
        return visible
    return frozenset({group_id} if visible is None or group_id in visible else ())


async def _total(call: Call, wanted: machines.Filter) -> int | None:
    if not wanted.counted:
        return None
    scope = figures.Scope(wanted.application_id, wanted.group_ids, wanted.channel_id)
    return await figures.total(call.session, scope, status=wanted.status, release=wanted.release)
