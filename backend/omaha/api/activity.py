"""Routes: what happened in the update service."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from sqlalchemy import or_, select
from sqlmodel import col

from backend.http.guard import Decides
from backend.omaha.api.call import Caller
from backend.omaha.api.figures import Time
from backend.omaha.api.paging import Page, decode, encode
from backend.omaha.api.rights import GROUP, LISTS, Visible
from backend.omaha.api.types import Cursor, Limit, QueryId, View, label_or_number
from backend.omaha.catalog.window import look
from backend.omaha.domain.model import ActivityKind, Severity
from backend.omaha.store.tables import ActivityRow, GroupRow

router = APIRouter(tags=["updates: activity"])

KindName = Literal[
    "no_package", "rollout_started", "rollout_finished", "rollout_braked", "instance_failed",
    "channel_repointed", "rollout_paused", "rollout_resumed", "rollout_aborted", "wave_started",
    "counters_healed", "policy_changed", "instance_changed",
]  # fmt: skip
SeverityName = Literal["success", "info", "warning", "error"]


class ActivityView(View):
    """Something that happened, in the service or by an operator; `at` in Unix seconds."""

    id: int
    at: float
    kind: str
    severity: str
    application_id: int | None
    group_id: int | None
    channel_id: int | None
    rollout_id: int | None
    instance_id: int | None
    machine_id: str
    release: str
    error_code: int | None
    detail: str


@router.get("/activity", dependencies=[Decides(LISTS)])
async def list_activity(
    call: Caller,
    *,
    application_id: QueryId | None = None,
    group_id: QueryId | None = None,
    kind: Annotated[KindName | None, Query()] = None,
    severity: Annotated[SeverityName | None, Query()] = None,
    since: Time = None,
    until: Time = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ActivityView]:
    """Newest first. A page may be short, or empty with a `next`, when few entries of many
    pass the filter: go on."""
    before = decode(cursor, int)
    branch = select(ActivityRow)
    if before:
        branch = branch.where(col(ActivityRow.id) < before[0])
    if group_id is not None:
        branch = branch.where(col(ActivityRow.group_id) == group_id)
    exact = {
        "kind": ActivityKind[kind.upper()] if kind else None,
        "severity": Severity[severity.upper()] if severity else None,
    }
    visible = call.visible(GROUP)

    def conditions(entity: Any) -> list[Any]:
        found = _seen(visible, entity)
        found += [getattr(entity, name) == int(v) for name, v in exact.items() if v is not None]
        found += [_of_applications([application_id], entity)] if application_id else []
        found += [entity.at >= since] if since is not None else []
        return found + ([entity.at < until] if until is not None else [])

    found = await look(
        call.session, [branch], ActivityRow, conditions, limit=limit, descending=True
    )
    return Page(
        items=[_view(row) for row in found.rows],
        next=encode(found.after) if found.after is not None else None,
    )


def _seen(visible: Visible, entity: Any) -> list[Any]:
    if visible.everything:
        return []
    groups = [group for _, group in visible.groups]
    return [or_(_of_applications(visible.applications, entity), entity.group_id.in_(groups))]


def _of_applications(ids: Collection[int], entity: Any) -> Any:
    """Entries of these applications; some name only the group they are about."""
    groups = select(col(GroupRow.id)).where(col(GroupRow.application_id).in_(ids))
    return or_(entity.application_id.in_(ids), entity.group_id.in_(groups))


def _view(row: ActivityRow) -> ActivityView:
    return ActivityView(
        kind=label_or_number(ActivityKind, row.kind),
        severity=label_or_number(Severity, row.severity),
        **{name: getattr(row, name) for name in _AS_STORED},
    )


_AS_STORED = set(ActivityView.model_fields) - {"kind", "severity"}
