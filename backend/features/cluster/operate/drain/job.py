"""The job that drains a node: cordon it, ask its pods to leave, wait until they are gone.

Each pod is a step of its own, so the job's page tells of each. Nothing is steered by what was
recorded but the pods' steps: after a restart the node is looked at anew, so what left meanwhile is
not asked again. Who started it must still hold the right, which is looked at all the while; the
cluster is asked as that person.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from auth import scope
from auth.subject import Subject
from auth.verb import Verb
from backend.audit import Audit, Origin, Target
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
from backend.identity.holdings import policy_of
from backend.jobs import Job, JobFailed, Run
from integrations.caller import Impersonation
from integrations.contract import IntegrationError, NotFound
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
    """Which node, how, and for whom. `acts_as`: user, groups and uid that the cluster is asked as;
    null where it is asked as the connection."""

    cluster: str
    node: str
    uid: str
    subject: Subject
    origin: Origin
    acts_as: tuple[str, tuple[str, ...], str] | None
    local_data: bool = False
    unmanaged: bool = False
    grace_seconds: int | None = None
    timeout_minutes: int = 60


def job_key(cluster: str, node: str) -> str:
    """Of one node one drain at a time."""
    return f"drain {cluster} {node}"


@dataclass(frozen=True, slots=True)
class _Work:
    """One run: its connection, and when it gives up (Unix seconds)."""

    run: Run
    order: DrainOrder
    connection: KubernetesConnection
    ends: float

    @property
    def as_(self) -> Impersonation | None:
        given = self.order.acts_as
        return None if given is None else Impersonation(*given)

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
        await self._allowed(order)
        await run.step("cordon", lambda: _cordon(work), returns=bool, retries=3, timeout=60.0)
        gone = await self._empty(work)

        async def note(session: AsyncSession) -> int:
            audit = Audit(session, order.origin)
            detail = f"{gone} pods left; it stays cordoned."
            audit.did("drain", _target(order), detail=detail, right=Verb.DRAIN)
            return gone

        return await run.transaction("note", note, returns=int)

    async def _uncordon(self, run: Run, order: DrainOrder) -> None:
        """Stopped, the node takes pods again, unless it was cordoned before; what left is away."""
        if not run.done("cordon") or not run.result("cordon", bool):
            return
        work = _Work(run, order, self._connection(order), 0.0)
        await run.step("uncordon", lambda: _set(work, None), retries=3, timeout=60.0)
        run.log(f"{order.node} takes pods again")

    def _connection(self, order: DrainOrder) -> KubernetesConnection:
        found = self._context.upstreams.get(KUBERNETES, order.cluster)
        if found is None:
            raise IntegrationError(order.cluster, "its connection does not run")
        return found

    async def _allowed(self, order: DrainOrder) -> None:
        """Raise `JobFailed` when who started it may not drain there any more."""
        where = scope.cluster(order.origin.organisation, order.cluster)
        async with self._context.db_sessions() as db:
            policy = await policy_of(db, order.subject, self._context.catalogue)
        if not policy.decide("machine", Verb.DRAIN, where).allowed:
            raise JobFailed(
                f"{order.origin.actor} may not drain machines there any more: the node stays "
                "cordoned, pods that are still on it stay."
            )

    async def _empty(self, work: _Work) -> int:
        """Ask pod after pod until a look finds none that shall go; how many went."""
        leaving = Leaving(
            work.run, work.reader, work.connection,
            as_=work.as_, grace_seconds=work.order.grace_seconds, ends=work.ends,
        )  # fmt: skip
        guard = asyncio.create_task(self._guard(work.order))
        try:
            for _ in range(_PASSES):
                pods = await _left(work)
                if not pods:
                    return leaving.gone
                leaving.found(len(pods))
                asked = asyncio.create_task(_ask(leaving, pods))
                await asyncio.wait({asked, guard}, return_when=asyncio.FIRST_COMPLETED)
                if not asked.done():
                    asked.cancel()
                    await asyncio.gather(asked, return_exceptions=True)
                    await guard  # raises why it may not go on
                await asked
                await asyncio.sleep(_PAUSE)
        finally:
            guard.cancel()
            await asyncio.gather(guard, return_exceptions=True)
        raise JobFailed(f"Pods keep coming to {work.order.node}: look at what places them there.")

    async def _guard(self, order: DrainOrder) -> None:
        """Ends, with the reason, once the right is gone."""
        while True:
            await self._allowed(order)
            await asyncio.sleep(_RIGHTS_SECONDS)


async def _present() -> float:
    return time.time()


async def _cordon(work: _Work) -> bool:
    """Whether it was not cordoned before."""
    order = work.order
    try:
        node = await work.reader.read(_NODES, "", order.node)
        fresh = not (node.raw.get("spec") or {}).get("unschedulable")
        if fresh:
            await _set(work, True)
    except NotFound as error:
        raise JobFailed(f"The node {order.node} is not there any more.") from error
    work.run.log(f"{order.node} is cordoned: no more pods are placed on it")
    return fresh


async def _set(work: _Work, unschedulable: bool | None) -> None:
    order = work.order
    change = {"metadata": {"uid": order.uid}, "spec": {"unschedulable": unschedulable}}
    await ObjectWriter(work.connection.client).patch(
        _NODES, "", order.node, change, PatchType.MERGE, as_=work.as_
    )


async def _left(work: _Work) -> list[NodePod]:
    """The pods that shall go; raises `JobFailed` for what was not allowed to."""
    order = work.order
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


def _target(order: DrainOrder) -> Target:
    where = scope.cluster(order.origin.organisation, order.cluster)
    return Target("machine", f"nodes/{order.cluster}/{order.node}", order.node, where)
