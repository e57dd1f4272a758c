"""Planning a runbook and beginning it, the same for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from auth import scope
from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.audit import Audit, Target
from backend.errors import Conflict, PreconditionFailed, PreconditionRequired
from backend.features.runbooks.order import Order
from backend.features.runbooks.runbook import Runbook, job_key
from backend.features.runbooks.schemas import Begun, RunbookPlan
from backend.features.runbooks.views import SEPARATOR, plan_view
from backend.jobs import Jobs, commands
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.look import look

__all__ = ["Asking", "begin", "confirmed", "planned"]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and what they saw: `if_match` is the version of the members as an ETag."""

    connection: EtcdConnection
    caller: Principal
    audit: Audit
    db: AsyncSession
    jobs: Jobs
    if_match: str | None

    @property
    def where(self) -> Scope:
        """Where the store lies."""
        return scope.etcd(self.caller.organisation, self.connection.name)

    @property
    def target(self) -> Target:
        """The store, in the record."""
        return Target("etcdmember", self.connection.name, self.connection.name, self.where)


async def planned(asking: Asking, runbook: Runbook[Any], order: Order) -> RunbookPlan:
    """What it would do now."""
    return (await _planned(asking, runbook, order))[0]


async def begin(asking: Asking, runbook: Runbook[Any], order: Order, response: Response) -> Begun:
    """Start the job. 428 and 412 where the members are not those that were seen; 409 where what
    must be so is not, and no step makes it so, or another run is under way."""
    order = msgspec.structs.replace(order, confirmed=confirmed(asking.if_match))
    plan, order = await _planned(asking, runbook, order)
    _same(asking, plan)
    if not plan.steps:
        raise Conflict(f"There is nothing to do. {plan.wrong}")
    wrong = [one.words for step in plan.steps for one in step.checks if one.state == "failed"]
    if wrong:
        raise Conflict(" ".join(dict.fromkeys(wrong)))
    told = "; ".join(step.title for step in plan.steps)
    asking.audit.tried(
        "maintain", asking.target, "begun", detail=f"{runbook.title}: {told}"[:2000],
        right=Verb.MAINTAIN,
    )  # fmt: skip
    name = asking.connection.name
    started = await asking.jobs.start(
        runbook.job, order,
        key=job_key(name), scope=asking.where, by=asking.caller.login, tx=asking.db,
    )  # fmt: skip
    if not started.new:
        raise Conflict("A runbook is under way at this store: one at a time.", job=started.id)
    response.headers["Location"] = f"/api/v1/jobs/{started.id}"
    return Begun(job=started.id)


async def _planned(
    asking: Asking, runbook: Runbook[Any], order: Order
) -> tuple[RunbookPlan, Order]:
    connection = asking.connection
    seen = await look(connection.client, connection.state)
    order = runbook.over(seen, msgspec.structs.replace(order, cluster_id=seen.cluster_id))
    order = msgspec.structs.replace(order, steps=tuple(runbook.steps(seen, order)))
    running = await commands.unfinished(asking.db, job_key(connection.name))
    return plan_view(runbook, connection, seen, order, running or ""), order


def confirmed(if_match: str | None) -> int:
    """The newest revision that was seen before it was confirmed: the least of what the versions
    name; 0 where none does."""
    told = (one.partition(SEPARATOR)[2] for one in _tags(if_match or ""))
    return min((int(one) for one in told if one.isascii() and one.isdigit()), default=0)


def _tags(if_match: str) -> list[str]:
    return [one.strip().removeprefix("W/").strip('"')[:64] for one in if_match.split(",")]


def _same(asking: Asking, plan: RunbookPlan) -> None:
    tag = f'"{plan.version}"'
    if asking.if_match is None:
        raise PreconditionRequired(
            "Send If-Match with the version you read, so that nothing is done to members you did "
            "not see.",
            headers={"ETag": tag},
        )
    members = plan.version.partition(SEPARATOR)[0]
    if members not in {one.partition(SEPARATOR)[0] for one in _tags(asking.if_match)}:
        raise PreconditionFailed(
            "The members changed meanwhile. Look at what would be done now and try again.",
            headers={"ETag": tag},
            current=plan.model_dump(mode="json"),
        )
