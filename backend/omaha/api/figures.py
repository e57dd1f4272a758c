"""Routes: how the fleet stands, by version, status, group and channel, now and over time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from auth.role import Verb
from backend.errors import Unprocessable
from backend.http.guard import Decides, Requires
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.scopes import at_group
from backend.omaha.api.types import MAX_TIME, Id, QueryId, View, status_label
from backend.omaha.catalog import channels, edit, figures, groups
from backend.omaha.catalog.figures import Dimension, Scope
from backend.omaha.domain.model import UpdateStatus
from backend.omaha.domain.rights import GROUP, LISTS
from backend.omaha.store.tables import ApplicationRecord, GroupRecord

router = APIRouter(tags=["updates: figures"])

MAX_ENTRIES = 200
WEEK = 7 * 86_400.0

Time = Annotated[float | None, Query(ge=0, le=MAX_TIME, description="Unix seconds")]


class BreakdownEntry(View):
    """One part of a breakdown. `id` is the status number, or the id of the group or channel
    (null: none); null for versions."""

    id: int | None
    label: str
    machines: int
    percent: float


class Breakdown(View):
    """Parts by descending size. `others` counts the machines of parts left off, so that
    `entries` and `others` always sum to `machines`."""

    machines: int
    entries: list[BreakdownEntry]
    others: int


class Overview(View):
    """How an application or group stands now. `silent` machines were unseen for 24 hours
    when last counted, at `silent_at` (null: not yet)."""

    machines: int
    by_status: Breakdown
    by_release: Breakdown
    by_group: Breakdown
    by_channel: Breakdown
    in_progress: int
    timed_out: int
    silent: int
    silent_at: float | None


class TimelineSeries(View):
    """One line of a timeline: (Unix seconds, machines) for each point of the timeline."""

    label: str
    points: list[tuple[float, int]]


class Timeline(View):
    """The fleet over time; `seconds` between two points. Zero is a counted zero."""

    seconds: int
    since: float
    until: float
    series: list[TimelineSeries]


@router.get("/applications/{application_id}/overview", dependencies=[Decides(LISTS)])
async def application_overview(call: Caller, application_id: Id) -> Overview:
    """How the application's machines stand now, in the groups the caller may see."""
    return await _overview(call, await _scope(call, application_id))


@router.get("/groups/{group_id}/overview", dependencies=[Requires(GROUP, Verb.GET, at_group)])
async def group_overview(call: Caller, group_id: Id) -> Overview:
    """How the group's machines stand now."""
    return await _overview(call, await _group_scope(call, group_id))


@router.get("/applications/{application_id}/breakdown", dependencies=[Decides(LISTS)])
async def application_breakdown(
    call: Caller,
    *,
    application_id: Id,
    by: Dimension,
    group_id: QueryId | None = None,
    channel_id: QueryId | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_ENTRIES)] = 50,
) -> Breakdown:
    """Machines by version, status, group or channel, of one group or channel if given."""
    scope = await _scope(call, application_id, group_id, channel_id)
    return await _breakdown(call, scope, by, limit)


@router.get("/applications/{application_id}/timeline", dependencies=[Decides(LISTS)])
async def application_timeline(
    call: Caller,
    *,
    application_id: Id,
    by: Literal["status", "release"] = "status",
    group_id: QueryId | None = None,
    channel_id: QueryId | None = None,
    since: Time = None,
    until: Time = None,
) -> Timeline:
    """Machines by status or version over time; the last week unless told otherwise."""
    scope = await _scope(call, application_id, group_id, channel_id)
    return await _timeline(call, scope, by, since, until)


@router.get("/groups/{group_id}/timeline", dependencies=[Requires(GROUP, Verb.GET, at_group)])
async def group_timeline(
    call: Caller,
    *,
    group_id: Id,
    by: Literal["status", "release"] = "status",
    since: Time = None,
    until: Time = None,
) -> Timeline:
    """The group's machines by status or version over time."""
    return await _timeline(call, await _group_scope(call, group_id), by, since, until)


async def _overview(call: Call, scope: Scope) -> Overview:
    parts = {
        by: await _breakdown(call, scope, by, 50)
        for by in ("status", "release", "group", "channel")
    }
    limits = await figures.limits(call.session, scope)
    return Overview(
        machines=parts["status"].machines,
        by_status=parts["status"],
        by_release=parts["release"],
        by_group=parts["group"],
        by_channel=parts["channel"],
        in_progress=limits.in_progress,
        timed_out=limits.timed_out,
        silent=limits.silent,
        silent_at=limits.silent_at or None,
    )


async def _breakdown(call: Call, scope: Scope, by: Any, limit: int) -> Breakdown:
    found = await figures.breakdown(call.session, scope, [by])
    machines = sum(number for _, number in found)
    shown = found[:limit]
    labels = await _labels(call, by, [key for (key,), _ in shown])
    return Breakdown(
        machines=machines,
        entries=[
            BreakdownEntry(
                id=None if by == "release" else key,
                label=labels.get(key, str(key)),
                machines=number,
                percent=round(100.0 * number / machines, 4),
            )
            for (key,), number in shown
        ],
        others=machines - sum(number for _, number in shown),
    )


async def _labels(call: Call, by: Dimension, keys: Collection[Any]) -> dict[Any, str]:
    if by == "status":
        return {key: _status(key) for key in keys}
    if by == "release":
        return {key: key or "unknown" for key in keys}
    wanted = [key for key in keys if key is not None]
    named = groups.names if by == "group" else channels.names
    return {None: "no channel"} | await named(call.session, wanted)


def _status(number: int) -> str:
    return status_label(number) if number in set(UpdateStatus) else str(number)


async def _timeline(
    call: Call,
    scope: Scope,
    by: Literal["status", "release"],
    since: float | None,
    until: float | None,
) -> Timeline:
    end = time.time() if until is None else until
    start = end - WEEK if since is None else since
    if start >= end:
        message = "must be before until"
        raise Unprocessable(f"since: {message}", errors=[{"field": "since", "message": message}])
    points, found = await figures.timeline(call.session, scope, by, since=start, until=end)
    times = sorted({at for at, _, _ in found})
    values: defaultdict[Any, dict[float, int]] = defaultdict(dict)
    for at, key, machines in found:
        values[key][at] = machines
    label = _status if by == "status" else str
    return Timeline(
        seconds=points.seconds,
        since=start,
        until=end,
        series=[
            TimelineSeries(label=label(key), points=[(at, line.get(at, 0)) for at in times])
            for key, line in values.items()
        ],
    )


async def _group_scope(call: Call, group_id: int) -> Scope:
    group = await edit.get(call.session, GroupRecord, group_id)
    return Scope(group.application_id, [group_id])


async def _scope(
    call: Call, application_id: int, group_id: int | None = None, channel_id: int | None = None
) -> Scope:
    """The groups of the application that are asked for and may be seen."""
    visible = await call.listed(GROUP, application_id)
    await edit.get(call.session, ApplicationRecord, application_id)
    wanted = visible
    if group_id is not None:
        shown = visible is None or group_id in visible
        wanted = frozenset({group_id} if shown else ())
    return Scope(application_id, wanted, channel_id)
