"""Routes: moving many machines at once, and what deleting a group would affect.

Look first (`dry_run`, or the deletion's preview), then repeat with the number that was shown:
when another number of machines would be moved by then, nothing is (412).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from auth.role import Verb
from backend.errors import Conflict, PreconditionRequired
from backend.http.guard import Decides, Requires
from backend.http.versions import IfMatch
from backend.live.guard import guard_of
from backend.omaha.api.call import Call, Caller
from backend.omaha.api.groups import matched
from backend.omaha.api.scopes import at_group
from backend.omaha.api.types import (
    Body,
    BodyId,
    Id,
    QueryId,
    View,
)
from backend.omaha.catalog import edit, groups, moving, rollouts
from backend.omaha.domain.rights import GROUP, INSTANCE
from backend.omaha.fleet.moves import MAX_MOVED
from backend.omaha.lists.collections import INSTANCES
from backend.omaha.lists.machine_choice import machine_query
from backend.omaha.store.tables import ApplicationRecord, GroupRecord

router = APIRouter(tags=["updates: machines"])

Word = Annotated[str, Field(max_length=8192)]


class MachineMove(Body):
    """Machines and the group they go to. `filter` and `q` are those of the collection
    `instances`, in its words (`status=error`, `oem=azure`); hidden machines are left out
    unless a filter names `hidden`. `machines` is the number a dry run showed, and the
    precondition of the move."""

    filter: Annotated[list[Word], Field(default_factory=list, max_length=30)]
    q: Word = ""
    to_group_id: BodyId
    dry_run: bool = False
    machines: Annotated[int, Field(ge=0, le=MAX_MOVED)] | None = None


class FromGroup(View):
    """How many machines of one group."""

    id: int
    name: str
    machines: int


class MoveView(View):
    """What was moved, or in a dry run would be: at most 5,000 machines at a time, in order of
    machine id. `more`: others pass the filter, repeat for them. `updating` of them hold a
    grant that is given up."""

    machines: int
    updating: int
    groups: list[FromGroup]
    more: bool
    moved: bool


class DeletionView(View):
    """What deleting a group would affect. `machines`, hidden ones among them, would go to
    the other group; `more`: there are others, move them first; `updating` would give up a
    grant; `rollouts` would be forgotten."""

    machines: int
    updating: int
    more: bool
    rollouts: int


@router.post(
    "/applications/{application_id}/instances/move",
    dependencies=[Decides("update on machines of every group they leave and of the one they join")],
)
async def move_instances(call: Caller, application_id: Id, body: MachineMove) -> MoveView:
    """Move the machines that pass a filter to another group, where they stay whatever their
    track says. 428 without `machines`, 412 when it is another number by now."""
    await call.listed(INSTANCE, application_id)
    await edit.get(call.session, ApplicationRecord, application_id)
    target = await _target(call, application_id, body.to_group_id, "to_group_id")
    query = machine_query(body.filter, body.q, also=[f"application_id={application_id}"])
    guard = guard_of(call.principal, INSTANCES)
    chosen = await moving.choose(call.session, query, guard, target)
    sources = await _sources(call, chosen.by_group)
    if body.dry_run:
        number = await moving.updating(call.session, chosen.ids)
        return _view(chosen.by_group, sources, number, more=chosen.more, moved=False)
    if body.machines is None:
        raise PreconditionRequired(
            "Send `machines` with the number a dry run showed, so that no others are moved."
        )
    number = await moving.updating(call.session, chosen.ids)
    done = await moving.move(call.session, chosen, target, expected=body.machines)
    detail = {
        "filter": body.filter, **({"q": body.q} if body.q else {}),
        "machines": done.total(), "from": {sources[key].name: n for key, n in done.items()},
    }  # fmt: skip
    where = replace(call.target(target), kind=INSTANCE)
    call.did("move", where, detail)
    return _view(done, sources, number, more=chosen.more, moved=True)


@router.get("/groups/{group_id}/deletion", dependencies=[Requires(GROUP, Verb.GET, at_group)])
async def preview_deletion(
    call: Caller, group_id: Id, move_to: Annotated[QueryId | None, Query()] = None
) -> DeletionView:
    """What deleting the group would affect, its machines going to `move_to`."""
    row = await edit.get(call.session, GroupRecord, group_id)
    target = None if move_to is None else await destination(call, row, move_to)
    chosen = await moving.choose(call.session, *moving.everyone(call.rights, row), target)
    return DeletionView(
        machines=len(chosen.ids),
        updating=await moving.updating(call.session, chosen.ids),
        more=chosen.more,
        rollouts=await rollouts.number(call.session, group_id),
    )


@router.delete(
    "/groups/{group_id}", status_code=204, dependencies=[Requires(GROUP, Verb.DELETE, at_group)]
)
async def delete_group(
    call: Caller,
    *,
    group_id: Id,
    move_to: Annotated[QueryId | None, Query(description="takes over the machines")] = None,
    machines: Annotated[int | None, Query(ge=0, le=MAX_MOVED, description="as previewed")] = None,
    if_match: IfMatch = None,
) -> None:
    """Delete it with its past rollouts. Machines go to the group `move_to`, when `machines`
    is still their number (412 otherwise); without it 409 while there are any."""
    await call.begin()
    row = await matched(call, group_id, if_match)
    detail: dict[str, Any] = {}
    if move_to is not None:
        target = await destination(call, row, move_to)
        moved = await _hand_over(call, row, target, machines)
        detail = {"moved_to": target.name, "machines": moved}
    await groups.delete(call.session, row)
    call.did("delete", row, detail)


async def _hand_over(
    call: Call, row: GroupRecord, target: GroupRecord, expected: int | None
) -> int:
    if expected is None:
        raise PreconditionRequired(
            "Send `machines` with the number the preview showed, so that no others are moved."
        )
    chosen = await moving.choose(call.session, *moving.everyone(call.rights, row), target)
    if chosen.more:
        raise Conflict(
            f"Over {MAX_MOVED} machines belong to {row.name}. Move them in steps first (POST "
            f"applications/{row.application_id}/instances/move).",
            machines=len(chosen.ids),
        )
    done = await moving.move(call.session, chosen, target, expected=expected)
    return done.total()


async def destination(call: Call, row: GroupRecord, move_to: int) -> GroupRecord:
    """The group that takes over the machines of `row`; the caller may change those of both."""
    call.need_member(Verb.UPDATE, row)
    if move_to == row.id:
        raise edit.invalid("move_to", "is the group itself.")
    return await _target(call, row.application_id, move_to, "move_to")


async def _target(call: Call, application_id: int, group_id: int, field: str) -> GroupRecord:
    target = await edit.get(call.session, GroupRecord, group_id)
    call.need_member(Verb.UPDATE, target)
    moving.check_target(target, application_id, field)
    return target


async def _sources(call: Call, by_group: Mapping[int, int]) -> dict[int, GroupRecord]:
    """The groups machines come from; the caller must hold the right in each."""
    found: dict[int, GroupRecord] = {}
    for key in sorted(by_group):
        found[key] = await edit.get(call.session, GroupRecord, key)
        call.need_member(Verb.UPDATE, found[key])
    return found


def _view(
    by_group: Mapping[int, int],
    sources: Mapping[int, GroupRecord],
    updating: int,
    *,
    more: bool,
    moved: bool,
) -> MoveView:
    return MoveView(
        machines=sum(by_group.values()),
        updating=updating,
        groups=[
            FromGroup(id=key, name=sources[key].name, machines=number)
            for key, number in sorted(by_group.items())
        ],
        more=more,
        moved=moved,
    )
