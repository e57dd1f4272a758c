"""A store, a plan and a run as the routes tell them."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec

from backend.features.runbooks.order import Order, Step
from backend.features.runbooks.runbook import Runbook
from backend.features.runbooks.schemas import (
    Check,
    MemberSeen,
    RunbookPlan,
    RunView,
    StepPlan,
    StepRun,
)
from backend.jobs.tables import JobRecord, StepRow
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.look import Look, MemberLook

__all__ = ["SEPARATOR", "plan_view", "run_view", "steps_view", "version_of"]

SEPARATOR: Final = "-"
"""Between what names the members in a version, and the newest revision that was seen."""
_STATES: Final = {"done": "done", "running": "running", "failed": "failed"}


def version_of(seen: Look) -> str:
    """Names the members as they were seen, which is another once one came, went or was promoted;
    and the newest revision that was seen, beyond which nothing confirmed by it reaches."""
    members = sorted((one.id, one.name, one.learner, one.peer_urls) for one in seen.members)
    named = hashlib.sha256(msgspec.json.encode([seen.cluster_id, members])).hexdigest()[:16]
    return f"{named}{SEPARATOR}{seen.revision}"


def plan_view(
    runbook: Runbook[Any],
    connection: EtcdConnection,
    seen: Look,
    order: Order,
    running: str,
) -> RunbookPlan:
    """What it would do now."""
    wrong = runbook.wrong(connection)
    return RunbookPlan(
        id=runbook.id,
        title=runbook.title,
        needed=wrong.needed,
        wrong=wrong.words,
        about=runbook.about,
        steps=steps_view(runbook, connection, seen, order),
        members=[_member(seen, one) for one in seen.members],
        facts=runbook.facts(connection, seen),
        version=version_of(seen),
        running=running,
    )


def steps_view(
    runbook: Runbook[Any], connection: EtcdConnection, seen: Look, order: Order
) -> list[StepPlan]:
    """The order's steps, with what must be so before each."""
    return [_step(step, runbook.musts(connection, seen, order, step.name)) for step in order.steps]


def run_view(
    runbook: Runbook[Any],
    connection: EtcdConnection,
    seen: Look | None,
    row: JobRecord,
    rows: list[StepRow],
    *,
    mine: bool,
) -> RunView:
    """One run. What must be so is told of what is still to be done; `seen` is None where no member
    answers, or nothing is to be done any more."""
    order = msgspec.json.decode(row.input, type=runbook.order)
    recorded = {one.name: one for one in rows if one.phase == "run"}
    ended = row.finished is not None
    steps = []
    for step in order.steps:
        held = recorded.get(step.name)
        open_ = held is None or held.state != "done"
        checks = (
            runbook.musts(connection, seen, order, step.name) if seen is not None and open_ else []
        )
        steps.append(_run_step(step, held, checks, ended=ended))
    return RunView(
        job=row.id,
        runbook=runbook.id,
        title=row.title,
        state=row.state,
        cancelling=row.cancelling,
        error=row.error,
        stage=row.stage,
        started_by=row.started_by,
        resumable=mine and row.state in {"failed", "cancelled"},
        steps=steps,
    )


def _step(step: Step, checks: list[Check]) -> StepPlan:
    return StepPlan(
        name=step.name,
        title=step.title,
        words=step.words,
        on_failure=step.on_failure,
        command=step.command,
        checks=checks,
    )


def _run_step(step: Step, held: StepRow | None, checks: list[Check], *, ended: bool) -> StepRun:
    state = _STATES.get(held.state, "waiting") if held else "waiting"
    if state == "running" and ended:
        state = "stopped"
    told = msgspec.json.decode(held.result)["words"] if held and held.state == "done" else ""
    return StepRun(
        **_step(step, checks).model_dump(),
        state=state,
        told=told,
        error=held.error if held and state == "failed" else "",
    )


def _member(seen: Look, member: MemberLook) -> MemberSeen:
    status = member.status
    role = "learner" if member.learner else "follower" if status else "unknown"
    return MemberSeen(
        id=member.hex,
        name=member.name,
        role="leader" if member.id == seen.leader_id else role,
        answers=status is not None,
        size=member.size if status else None,
        in_use=member.in_use if status else None,
        quota=member.quota,
        lag=seen.lag(member) if status else None,
        peer_urls=list(member.peer_urls),
    )
