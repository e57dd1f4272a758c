"""`/api/v1/clusters/{cluster}/nodes/-/{node}/drain`: what it would do, and starting it."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Response

from auth import scope
from auth.principal import Principal
from auth.verb import Verb
from backend.audit import Origin, Target
from backend.connections.upstreams import Upstreams
from backend.db.session import DbSession
from backend.errors import Conflict
from backend.features.cluster.operate.drain.beside import etcd_beside
from backend.features.cluster.operate.drain.job import Drainer, DrainOrder, job_key
from backend.features.cluster.operate.drain.planning import (
    Allowed,
    budgets,
    fate_of,
    pods_on,
)
from backend.features.cluster.operate.drain.schemas import (
    Drain,
    DrainPlan,
    DrainStarted,
    Fate,
    PodFate,
)
from backend.features.cluster.operate.performing import Asking, find, same
from backend.http.audited import Audited
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import Decides, require
from backend.http.versions import IfMatch
from backend.jobs import Jobs, commands
from backend.parts import part
from integrations.kubernetes import KINDS
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES

__all__ = ["router"]

_TOLD: Final = 200
_ORDER: Final = {
    fate: place
    for place, fate in enumerate(
        (
            Fate.NEVER,
            Fate.UNMANAGED,
            Fate.LOCAL_DATA,
            Fate.WAITS,
            Fate.EVICTED,
            Fate.LEAVING,
            Fate.STAYS,
        )
    )
}
Name = Annotated[str, Path(max_length=253)]
Draining = Annotated[
    Principal, Decides("drain on the machine, list and evict on pods, in the cluster")
]

router = APIRouter(
    tags=["kubernetes: actions"],
    prefix="/clusters/{cluster}/nodes/-/{node}/drain",
    responses=answers(*UPSTREAM),
)


async def _asking(
    caller: Draining,
    upstreams: Annotated[Upstreams, part(Upstreams)],
    cluster: Name,
    node: Name,
    if_match: IfMatch = None,
) -> Asking:
    """The node, for who may drain it: its pods lie in every namespace."""
    where = scope.cluster(caller.organisation, cluster)
    require(caller, "machine", Verb.DRAIN, where, "machine")
    require(caller, "pod", Verb.EVICT, where, "pod")
    require(caller, "pod", Verb.LIST, where, "pod")
    connection = upstreams.find(KUBERNETES, cluster)
    return Asking(connection, caller, KINDS["nodes"], "", node, where, if_match, dry_run=False)


Asked = Annotated[Asking, Depends(_asking)]


@router.get("")
async def plan_drain(
    asking: Asked,
    upstreams: Annotated[Upstreams, part(Upstreams)],
    db: DbSession,
    *,
    local_data: bool = False,
    unmanaged: bool = False,
) -> DrainPlan:
    """What draining the node would do to its pods, and to etcd where a member lives on it."""
    found = await find(asking)
    pods = await _fates(asking, Allowed(local_data, unmanaged))
    running = await commands.unfinished(db, job_key(asking.connection.settings.name, asking.name))
    return DrainPlan(
        version=found.version,
        cordoned=bool(found.spec.get("unschedulable")),
        total=len(pods),
        counts=dict(Counter(pod.fate for pod in pods)),
        pods=pods[:_TOLD],
        etcd=etcd_beside(upstreams, asking.caller, found.raw),
        running=running or "",
    )


@router.post("", status_code=202, responses=answers(409))
async def start_drain(
    asking: Asked,
    body: Drain,
    response: Response,
    *,
    jobs: Annotated[Jobs, part(Jobs)],
    drainer: Annotated[Drainer, part(Drainer)],
    db: DbSession,
    audit: Audited,
) -> DrainStarted:
    """Begin to drain the node. 409 while it is being drained, and where pods would have to go that
    were not allowed to; `pods` names them."""
    found = await find(asking)
    await same(asking, found)
    fates = await _fates(asking, Allowed(body.local_data, body.unmanaged))
    held = [pod for pod in fates if pod.fate in {Fate.UNMANAGED, Fate.LOCAL_DATA, Fate.NEVER}]
    if held:
        named = ", ".join(f"{pod.namespace}/{pod.name}" for pod in held[:5])
        raise Conflict(
            f"{len(held)} pods cannot go like this ({named}): allow what is lost with them, or "
            "move them first.",
            pods=[pod.model_dump(mode="json") for pod in held[:_TOLD]],
        )
    order = _order(asking, found.uid, body, audit.origin)
    target = Target("machine", f"nodes/{order.cluster}/{order.node}", order.node, asking.where)
    audit.tried("drain", target, "begun", detail=f"Node {order.node}", right=Verb.DRAIN)
    started = await jobs.start(
        drainer.job, order,
        key=job_key(order.cluster, order.node), scope=asking.where, by=asking.caller.login, tx=db,
    )  # fmt: skip
    if not started.new:
        raise Conflict(f"{order.node} is being drained already.", job=started.id)
    response.headers["Location"] = f"/api/v1/jobs/{started.id}"
    return DrainStarted(job=started.id)


async def _fates(asking: Asking, allowed: Allowed) -> list[PodFate]:
    """Of every pod, those to decide about first."""
    all_budgets, pods = await asyncio.gather(
        budgets(asking.reader), pods_on(asking.reader, asking.name)
    )
    fates = [fate_of(pod, all_budgets, allowed) for pod in pods]
    return sorted(fates, key=lambda pod: (_ORDER[pod.fate], pod.namespace, pod.name))


def _order(asking: Asking, uid: str, body: Drain, origin: Origin) -> DrainOrder:
    caller = asking.caller
    return DrainOrder(
        cluster=asking.connection.settings.name,
        node=asking.name,
        uid=uid,
        subject=caller.subject,
        credential=caller.credential,
        login=caller.login,
        origin=origin,
        local_data=body.local_data,
        unmanaged=body.unmanaged,
        grace_seconds=body.grace_seconds,
        timeout_minutes=body.timeout_minutes,
    )
