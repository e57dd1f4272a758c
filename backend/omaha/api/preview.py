"""Routes: what would happen if a policy or target were in force."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from auth.role import Verb
from backend.http.guard import Requires
from backend.omaha.api.call import Caller
from backend.omaha.api.scopes import at_group
from backend.omaha.api.types import MAX_TIME, Body, BodyId, Id, View, label
from backend.omaha.catalog import edit
from backend.omaha.catalog.preview import preview
from backend.omaha.domain import wording
from backend.omaha.domain.rights import GROUP
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.store.tables import GroupRecord, PackageRecord

router = APIRouter(tags=["updates: groups"])


class PolicyDraft(Body):
    """What to try; absent: as it is now. `at` is the moment of the checks, Unix seconds."""

    policy: RolloutPolicy | None = None
    package_id: BodyId | None = None
    at: Annotated[float, Field(ge=0, le=MAX_TIME)] | None = None


class HeldMachines(View):
    """Machines that would not be offered anything, and why."""

    reason: str
    text: str
    advice: str
    machines: int


class PreviewView(View):
    """The answers the group's machines would get. `eligible` would be offered `target` when
    their turn comes, `now` of them at once. `exact` false: decided for `sampled` machines and
    scaled. `at_least_hours`: what the rate alone needs for all eligible ones."""

    machines: int
    target: str | None
    eligible: int
    now: int
    share_percent: float
    held: list[HeldMachines]
    exact: bool
    sampled: int
    at_least_hours: float | None


@router.post("/groups/{group_id}/preview", dependencies=[Requires(GROUP, Verb.GET, at_group)])
async def preview_group(call: Caller, group_id: Id, body: PolicyDraft) -> PreviewView:
    """Try a policy or a package without saving anything."""
    row = await edit.get(call.session, GroupRecord, group_id)
    package = None
    if body.package_id is not None:
        package = await call.session.get(PackageRecord, body.package_id)
        place = package and (package.application_id, package.arch)
        if place != (row.application_id, row.arch):
            raise edit.invalid("package_id", "is not for this group's application and arch.")
    found = await preview(call.session, row, policy=body.policy, package=package, at=body.at)
    held = sorted(found.held.items(), key=lambda item: -item[1])
    return PreviewView(
        machines=found.machines,
        target=found.target,
        eligible=found.eligible,
        now=found.now,
        share_percent=found.share,
        held=[
            HeldMachines(
                reason=label(reason),
                text=wording.REASONS[reason].name,
                advice=wording.REASONS[reason].advice,
                machines=machines,
            )
            for reason, machines in held
        ],
        exact=found.exact,
        sampled=found.sampled,
        at_least_hours=found.hours,
    )
