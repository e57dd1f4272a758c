"""The job that drains a node: cordon it, ask its pods to leave, wait until they are gone.

Each pod is a step of its own, so the job's page tells of each. Nothing is steered by what was
recorded but the pods' steps: after a restart the node is looked at anew, so what left meanwhile is
not asked again. Who started it must still hold the right, which is looked at all the while; the
cluster is asked as that person.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from auth import scope
from auth.principal import Assurance, Credential, Principal
from auth.subject import Subject
from auth.verb import Verb
from backend.audit import Audit, Origin, Target
from backend.connections.acting import kubernetes_caller
from backend.features.cluster.operate.drain.leaving import Blocked, Leaving
from backend.features.cluster.operate.drain.planning import (
    Allowed,
    NodePod,
    budgets,
    fate_of,
    pods_on,
)
from backend.features.cluster.operate.drain.schemas import Fate
from backend.features.context import FeatureContext
from backend.identity.holdings import policy_of, subjects_of
from backend.jobs import Job, JobFailed, Run
from integrations.caller import Caller
from integrations.contract import (
    IntegrationError,
    NotFound,
    UpstreamBusy,
    UpstreamConflict,
    UpstreamFailed,
    UpstreamUnreachable,
)
from integrations.kubernetes import KINDS
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.writes import ObjectWriter, PatchType

__all__ = ["DrainOrder", "Drainer", "job_key"]

_AT_ONCE: Final = 10
"""Pods asked at the same time: evictions of one budget collide (reference, section 5)."""
_PASSES: Final = 20
_PAUSE: Final = 2.0
_RIGHTS_SECONDS: Final = 5.0
_NODES: Final = KINDS["nodes"]


class DrainOrder(msgspec.Struct, frozen=True):
    """Which node, how, and for whom: as who they are at each moment the cluster is asked."""

    cluster: str
    node: str
    uid: str
    subject: Subject
    credential: Credential
    login: str
    origin: Origin
    local_data: bool = False
    unmanaged: bool = False
    grace_seconds: int | None = None
    timeout_minutes: int = 60


def job_key(cluster: str, node: str) -> str:
    """Of one node one drain at a time."""
    return f"drain {cluster} {node}"


@dataclass(slots=True)
class _Work:
    """One run: its connection, when it gives up (Unix seconds), and whom the cluster is asked as,
    which follows the rights they have."""

    run: Run
    order: DrainOrder
    connection: KubernetesConnection
    ends: float
    as_: Caller | None = None

    @property
    def reader(self) -> ObjectReader:
        return ObjectReader(self.connection.client, self.as_)


class Drainer:
    """Declares the job."""

    def __init__(self, context: FeatureContext) -> None:
        self._context = context
        self.job: Job[DrainOrder, int] = Job(
            kind="cluster.drain",
            input=DrainOrder,
            output=int,
            run=self._drain,
            undo=self._uncordon,
            title=lambda order: f"Drain {order.node} ({order.cluster})",
            lane=lambda order: order.cluster,
            limit=4,
        )

    async def _drain(self, run: Run, order: DrainOrder) -> int:
        run.link(f"/clusters/{order.cluster}/nodes/-/{order.node}")
        began = await run.step("begin", _present, returns=float)
        work = _Work(run, order, self._connection(order), began + order.timeout_minutes * 60.0)
        try:
            await self._allowed(work)
            await run.step("look", lambda: _was_cordoned(work), returns=bool, timeout=60.0)
            await run.step("cordon", lambda: _set(work, True), retries=3, timeout=60.0)
            gone = await self._empty(work)
        except JobFailed as failed:
            await _noted(work, "failed", str(failed))
            raise
        await _noted(work, "success", f"{gone} pods left; it stays cordoned.")
        return gone

    async def _uncordon(self, run: Run, order: DrainOrder) -> None:
        """Stopped, the node takes pods again, unless it was cordoned before; what left is away."""
        work = _Work(run, order, self._connection(order), 0.0)
        told = "stopped; it was cordoned before and stays so"
        if run.done("look") and not run.result("look", bool):
            await self._allowed(work)
            with suppress(NotFound, UpstreamConflict):  # it is gone, or another one by now
                await run.step("uncordon", lambda: _set(work, None), retries=3, timeout=60.0)
            told = "stopped; it takes pods again"
        run.log(f"{order.node}: {told}")
        await _noted(work, "failed", told)

    def _connection(self, order: DrainOrder) -> KubernetesConnection:
        found = self._context.upstreams.get(KUBERNETES, order.cluster)
        if found is None:
            raise IntegrationError(order.cluster, "its connection does not run")
        return found

    async def _allowed(self, work: _Work) -> None:
        """Raise `JobFailed` when who started it may not drain there any more; else the cluster is
        asked as what they are now."""
        order = work.order
        organisation = order.origin.organisation
        where = scope.cluster(organisation, order.cluster)
        async with self._context.db_sessions() as db:
            policy = await policy_of(db, order.subject, self._context.catalogue)
            subjects = await subjects_of(db, order.subject)
        rights = (("machine", Verb.DRAIN), ("pod", Verb.EVICT), ("pod", Verb.LIST))
        if not all(policy.decide(kind, verb, where).allowed for kind, verb in rights):
            raise JobFailed(
                f"{order.origin.actor} may not drain machines there any more: the node stays "
                "cordoned, pods that are still on it stay."
            )
        person = Principal(
            subject=order.subject,
            subjects=subjects,
            login=order.login,
            name=order.login,
            organisation=organisation,
            policy=policy,
            credential=order.credential,
            assurance=Assurance("job", 0.0),
        )
        work.as_ = kubernetes_caller(person, work.connection.client.settings)

    async def _empty(self, work: _Work) -> int:
        """Ask pod after pod until a look finds none that shall go; how many went."""
        leaving = Leaving(
            work.run, work.connection,
            as_=lambda: work.as_, grace_seconds=work.order.grace_seconds, ends=work.ends,
        )  # fmt: skip
        guard = asyncio.create_task(self._guard(work))
        asked: asyncio.Task[None] | None = None
        try:
            for _ in range(_PASSES):
                pods = await _left(work)
                if not pods:
                    return leaving.gone
                leaving.found(len(pods))
                asked = asyncio.create_task(_ask(leaving, pods))
                await asyncio.wait({asked, guard}, return_when=asyncio.FIRST_COMPLETED)
                if guard.done():
                    await guard  # raises why it may not go on
                await asked
                await asyncio.sleep(_PAUSE)
        finally:
            # Waiting for a task does not end it: nothing is asked of anybody after this.
            tasks = [task for task in (guard, asked) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        raise JobFailed(f"Pods keep coming to {work.order.node}: look at what places them there.")

    async def _guard(self, work: _Work) -> None:
        """Ends, with the reason, once the right is gone, or the node is not as it was ordered."""
        while True:
            await asyncio.sleep(_RIGHTS_SECONDS)
            await self._allowed(work)
            await _still_ordered(work)


async def _present() -> float:
    return time.time()


async def _was_cordoned(work: _Work) -> bool:
    """Whether it was cordoned before anything was done."""
    node = await _ordered(work)
    return bool((node.get("spec") or {}).get("unschedulable"))


async def _still_ordered(work: _Work) -> None:
    """Raise `JobFailed` where the node is another one, or takes pods again: somebody wants it."""
    try:
        node = await _ordered(work)
    except (UpstreamUnreachable, UpstreamBusy, UpstreamFailed):
        return
    if not (node.get("spec") or {}).get("unschedulable"):
        raise JobFailed(
            f"Somebody uncordoned {work.order.node} meanwhile: pods that are still on it stay."
        )


async def _ordered(work: _Work) -> dict[str, Any]:
    order = work.order
    try:
        node = (await work.reader.read(_NODES, "", order.node)).raw
    except NotFound as error:
        raise JobFailed(f"The node {order.node} is not there any more.") from error
    if (node.get("metadata") or {}).get("uid") != order.uid:
        raise JobFailed(f"{order.node} is another node now than the one to be drained.")
    return node


async def _set(work: _Work, unschedulable: bool | None) -> None:
    order = work.order
    change = {"metadata": {"uid": order.uid}, "spec": {"unschedulable": unschedulable}}
    await ObjectWriter(work.connection.client).patch(
        _NODES, "", order.node, change, PatchType.MERGE, as_=work.as_
    )
    if unschedulable:
        work.run.log(f"{order.node} is cordoned: no more pods are placed on it")


async def _left(work: _Work) -> list[NodePod]:
    """The pods that shall go; raises `JobFailed` for what was not allowed to."""
    order = work.order
    await _still_ordered(work)
    all_budgets = await budgets(work.reader)
    allowed = Allowed(order.local_data, order.unmanaged)
    go, refused = [], []
    for pod in await pods_on(work.reader, order.node):
        fate = fate_of(pod, all_budgets, allowed)
        if fate.fate is Fate.STAYS:
            continue
        if fate.fate in {Fate.UNMANAGED, Fate.LOCAL_DATA, Fate.NEVER}:
            refused.append(f"{pod.namespace}/{pod.name}: {fate.why}")
        else:
            go.append(pod)
    if refused and not go:
        raise JobFailed("Not asked to leave: " + " ".join(refused[:10]))
    return go


async def _ask(leaving: Leaving, pods: list[NodePod]) -> None:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(pod: NodePod) -> None:
        async with gate:
            await leaving.leave(pod)

    results = await asyncio.gather(*(one(pod) for pod in pods), return_exceptions=True)
    blocked = [str(result) for result in results if isinstance(result, Blocked)]
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, Blocked):
            raise result
    if blocked:
        raise JobFailed("Still there: " + " ".join(blocked[:10]))


async def _noted(work: _Work, outcome: Literal["success", "failed"], detail: str) -> None:
    """What came of it, in the record, once."""
    order = work.order

    async def note(session: AsyncSession) -> None:
        audit = Audit(session, order.origin)
        if outcome == "success":
            audit.did("drain", _target(order), detail=detail, right=Verb.DRAIN)
        else:
            audit.failed("drain", _target(order), detail=detail)

    await work.run.transaction(f"note {outcome}", note, returns=type(None))


def _target(order: DrainOrder) -> Target:
    where = scope.cluster(order.origin.organisation, order.cluster)
    return Target("machine", f"nodes/{order.cluster}/{order.node}", order.node, where)
