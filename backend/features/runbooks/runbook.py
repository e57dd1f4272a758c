"""What a runbook is: what it judges, the steps it takes, what must be so before each, the job."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import Audit
from backend.features.context import FeatureContext
from backend.features.runbooks.checks import allowed, elsewhere, failed
from backend.features.runbooks.order import Order, Step
from backend.features.runbooks.schemas import Check
from backend.features.runbooks.walk import Walk, target_of
from backend.jobs import Job, JobFailed, Run
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.look import Look

__all__ = ["Runbook", "Wrong", "job_key"]

Ordered = TypeVar("Ordered", bound=Order)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Whether the store needs a runbook now, and what is wrong in a sentence."""

    needed: bool
    words: str


def job_key(etcd: str) -> str:
    """Of one store one runbook at a time: each counts on the others to be as they were seen."""
    return f"runbook {etcd}"


class Runbook(ABC, Generic[Ordered]):
    """One runbook. `id` is in its address, `about` explains it to who does not know etcd."""

    id: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    order: type[Ordered]
    for_good: ClassVar[bool] = False
    """It does what nothing takes back: who begins it, or has it go on, shows again who they are."""

    def __init__(self, context: FeatureContext) -> None:
        self._context = context
        self.job: Job[Ordered, int] = Job(
            kind=f"etcd.{self.id}",
            input=self.order,
            output=int,
            run=self._run,
            undo=self._ended,
            undoes_failure=True,
            on_cancel="Stopped: what was done stays, nothing further is begun.",
            title=lambda order: f"{self.title} ({order.etcd})",
            lane=lambda order: order.etcd,
        )

    @abstractmethod
    def wrong(self, connection: EtcdConnection) -> Wrong:
        """By the newest poll: nothing is asked."""

    def over(self, seen: Look, order: Ordered) -> Ordered:
        """The order, about the members there are now."""
        del seen
        return order

    @abstractmethod
    def steps(self, seen: Look, order: Ordered) -> list[Step]:
        """What would be done to the store as it is."""

    @abstractmethod
    def checks(
        self, seen: Look, order: Ordered, step: str, differing: tuple[str, ...]
    ) -> list[Check]:
        """What must be so before the step; `differing` members were seen to hold other data."""

    def musts(
        self, connection: EtcdConnection, seen: Look, order: Ordered, step: str
    ) -> list[Check]:
        """What must be so before the step, whatever the runbook: that it is the cluster it was
        begun for and changes are allowed, too."""
        if words := elsewhere(seen, order.cluster_id):
            return [failed(words)]
        own = self.checks(seen, order, step, connection.differing)
        return [allowed(connection.settings), *own]

    @abstractmethod
    async def walk(self, walk: Walk[Ordered]) -> str:
        """Do it; what came of it, in a sentence."""

    async def settle(self, walk: Walk[Ordered]) -> str:
        """After it was stopped or failed: what to know of how it was left."""
        del walk
        return ""

    def facts(self, connection: EtcdConnection, seen: Look) -> list[tuple[str, str]]:
        """Further things to know before it is begun, as (what, value)."""
        del connection, seen
        return []

    async def _run(self, run: Run, order: Ordered) -> int:
        run.link(f"/key-value/{order.etcd}/runbooks/{self.id}/runs/{run.id}")
        walk = Walk(self._context, run, order)
        told = await self.walk(walk)

        async def note(session: AsyncSession) -> None:
            detail = f"{self.title}: {told}"
            Audit(session, order.origin).did("maintain", target_of(order), detail=detail)

        await run.transaction("record the end", note, returns=type(None))
        run.progress(len(order.steps), len(order.steps), told)
        return len(order.steps)

    async def _ended(self, run: Run, order: Ordered) -> None:
        """It was stopped, or failed: nothing is taken back, and what is known is told."""
        try:
            left = await self.settle(Walk(self._context, run, order))
        except JobFailed as error:  # it leads to another cluster: of this one nothing is known
            left = str(error)
        told = " ".join(part for part in (run.error or "Stopped between steps.", left) if part)
        if left:
            run.log(left)

        async def note(session: AsyncSession) -> None:
            detail = f"{self.title}: {told}"
            Audit(session, order.origin).failed("maintain", target_of(order), detail=detail)

        await run.transaction("record the end", note, returns=type(None))
