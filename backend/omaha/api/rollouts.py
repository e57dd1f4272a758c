"""Routes: rollouts. Start, pause, resume, abort, retry and roll back."""

from __future__ import annotations

from collections.abc import Awaitable

from fastapi import APIRouter, Response

from auth.role import Verb
from backend.errors import PreconditionFailed
from backend.http.guard import Requires
from backend.http.versions import IfMatch, check, stale, tagged
from backend.omaha.api import groups as group_routes
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.groups import GroupView
from backend.omaha.api.rollout_views import RolloutView, rollout_view
from backend.omaha.api.scopes import at_group, at_rollout
from backend.omaha.api.types import Body, BodyId, Id, Line, View
from backend.omaha.catalog import edit, groups, rollouts
from backend.omaha.domain.model import RolloutState
from backend.omaha.domain.rights import CHANNEL, GROUP
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.fleet import actions
from backend.omaha.store.tables import GroupRecord, RolloutRecord

router = APIRouter(tags=["updates: rollouts"])


class Why(Body):
    """The reason an operator gives; shown beside the state."""

    reason: Line = ""


class Rollback(Body):
    """Where to go back to. `detach` gives the group a channel of its own when others follow
    its present one."""

    package_id: BodyId
    detach: bool = False


class Retried(View):
    """How many failed machines will be offered the update again, and how many are left."""

    retried: int
    left: int


@router.get(
    "/rollouts/{rollout_id}", dependencies=[Requires(GROUP, Verb.GET, at_rollout, "rollout")]
)
async def get_rollout(call: Caller, rollout_id: Id, response: Response) -> RolloutView:
    """One rollout with its exact counts."""
    row = await edit.get(call.session, RolloutRecord, rollout_id)
    tagged(response, row.version)
    return rollout_view(row)


@router.post(
    "/rollouts/{rollout_id}/pause",
    dependencies=[Requires(GROUP, Verb.PAUSE, at_rollout, "rollout")],
)
async def pause_rollout(
    call: Caller, rollout_id: Id, body: Why, response: Response, *, if_match: IfMatch = None
) -> RolloutView:
    """Offer nothing more until resumed; machines that hold a grant finish."""
    row = await _matched(call, rollout_id, if_match)
    pause = actions.pause(call.session, rollout_id, body.reason, version=row.version)
    await _apply(call, row, pause)
    return await _done(call, row, "pause", response, body.reason)


@router.post(
    "/rollouts/{rollout_id}/resume",
    dependencies=[Requires(GROUP, Verb.PAUSE, at_rollout, "rollout")],
)
async def resume_rollout(
    call: Caller, rollout_id: Id, response: Response, if_match: IfMatch = None
) -> RolloutView:
    """Go on after a pause, or after the rollout stopped by itself."""
    row = await _matched(call, rollout_id, if_match)
    await _apply(call, row, actions.resume(call.session, rollout_id, version=row.version))
    return await _done(call, row, "resume", response)


@router.post(
    "/rollouts/{rollout_id}/abort",
    dependencies=[Requires(GROUP, Verb.UPDATE, at_rollout, "rollout")],
)
async def abort_rollout(
    call: Caller, rollout_id: Id, body: Why, response: Response, *, if_match: IfMatch = None
) -> RolloutView:
    """End it: nothing more is offered, open grants end at their machines' next check."""
    row = await _matched(call, rollout_id, if_match)
    abort = actions.abort(call.session, rollout_id, body.reason, version=row.version)
    await _apply(call, row, abort)
    return await _done(call, row, "abort", response, body.reason)


@router.post(
    "/rollouts/{rollout_id}/retry",
    dependencies=[Requires(GROUP, Verb.UPDATE, at_rollout, "rollout")],
)
async def retry_rollout(
    call: Caller, rollout_id: Id, response: Response, if_match: IfMatch = None
) -> Retried:
    """Offer the update again to machines that failed, at most 200 per call."""
    row = await _matched(call, rollout_id, if_match)
    retried, left = await rollouts.retry_failed(call.session, rollout_id)
    await _done(call, row, "retry", response)
    return Retried(retried=retried, left=left)


@router.post("/groups/{group_id}/start", dependencies=[Requires(GROUP, Verb.UPDATE, at_group)])
async def start_rollout(
    call: Caller, group_id: Id, response: Response, if_match: IfMatch = None
) -> GroupView:
    """Switch the group's updates on, and begin anew when its rollout was aborted. The tag is
    the group's."""
    row = await group_routes.matched(call, group_id, if_match)
    present = await call.session.get(RolloutRecord, row.rollout_id) if row.rollout_id else None
    if present is not None and present.state == RolloutState.ABORTED:
        await actions.restart(call.session, present.id or 0, version=present.version)
    else:
        await call.begin()
    policy = RolloutPolicy.model_validate(row.policy)
    if not policy.enabled:
        policy = policy.model_copy(update={"enabled": True})
        row = await groups.set_policy(call.session, row, policy)
    call.did("start", row)
    await call.session.refresh(row)
    return await _group(call, row, response)


@router.post("/groups/{group_id}/rollback", dependencies=[Requires(GROUP, Verb.UPDATE, at_group)])
async def roll_back(
    call: Caller, group_id: Id, body: Rollback, response: Response, *, if_match: IfMatch = None
) -> GroupView:
    """Send the group to another version, usually the one before. The tag is the group's."""
    await call.begin()
    row = await group_routes.matched(call, group_id, if_match)
    call.need(CHANNEL, Verb.UPDATE, row.application_id)
    row = await rollouts.roll_back(call.session, row, body.package_id, detach=body.detach)
    call.did("roll-back", row, body.model_dump())
    return await _group(call, row, response)


async def _apply(call: Call, row: RolloutRecord, change: Awaitable[None]) -> None:
    """Do it; somebody faster makes a 412 with what the rollout is now."""
    try:
        await change
    except PreconditionFailed:
        await call.session.refresh(row)
        raise stale(row.version, rollout_view(row)) from None


async def _matched(call: Call, rollout_id: int, if_match: str | None) -> RolloutRecord:
    row = await edit.get(call.session, RolloutRecord, rollout_id)
    check(if_match, row.version, rollout_view(row))
    return row


async def _done(
    call: Call, row: RolloutRecord, verb: str, response: Response, reason: str = ""
) -> RolloutView:
    group = await edit.get(call.session, GroupRecord, row.group_id)
    right = Verb.PAUSE if verb in {"pause", "resume"} else Verb.UPDATE
    name = f"rollout {row.id} to {row.release}"
    call.did(verb, call.target(group, name), {"reason": reason}, right=right)
    await call.session.refresh(row)
    tagged(response, row.version)
    return rollout_view(row)


async def _group(call: Call, row: GroupRecord, response: Response) -> GroupView:
    tagged(response, row.version)
    return (await group_routes.views(call, [row]))[0]
