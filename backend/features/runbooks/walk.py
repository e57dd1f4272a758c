"""One run of a runbook: each step begins when its starter still may and all is as it must be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from auth import scope
from auth.verb import Verb
from backend.audit import Audit, Target
from backend.features.context import FeatureContext
from backend.features.runbooks.order import Order, Told
from backend.features.runbooks.schemas import Check
from backend.identity.holdings import policy_of
from backend.jobs import JobFailed, Run
from integrations.contract import IntegrationError, UpstreamDenied, UpstreamRefused
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.look import Look, look
from integrations.etcd.upkeep import Upkeep

__all__ = ["PATIENCE", "Walk", "target_of"]

O_co = TypeVar("O_co", bound=Order, covariant=True)
PATIENCE: Final = 60.0
"""Seconds until what must be so, and is not, ends the run."""
PAUSE: Final = 1.0
_NOT_SO: Final = frozenset({"failed", "awaited"})


class Walk(Generic[O_co]):
    """What a runbook's code works with."""

    def __init__(self, context: FeatureContext, run: Run, order: O_co) -> None:
        self.run = run
        self.order = order
        self._context = context
        self._done = set(run.finished())

    @property
    def connection(self) -> EtcdConnection:
        """The connection as it is now: it may have been changed meanwhile."""
        found = self._context.upstreams.get(ETCD, self.order.etcd)
        if found is None:
            raise IntegrationError(self.order.etcd, "its connection does not run")
        return found

    @property
    def upkeep(self) -> Upkeep:
        """The calls that keep it in order."""
        return Upkeep(self.connection.client.gateway)

    async def look(self) -> Look:
        """The members as they say they are now."""
        connection = self.connection
        return await look(connection.client, connection.state)

    def done(self, name: str) -> bool:
        """Whether a step was done, in this run or before it went on."""
        return name in self._done

    async def step(
        self,
        name: str,
        act: Callable[[], Awaitable[Told]],
        checks: Callable[[Look], list[Check]],
    ) -> Told:
        """Do a step once; what came of it. Raises `JobFailed` where the starter may not any more,
        where what must be so is not in a minute, and where etcd refuses."""
        before = self.run.done(name)
        if not before:
            self.tell(self.order.step(name).title)
            await self.allowed()
            await self._ready(name, checks)

        async def call() -> Told:
            try:
                return await act()
            except (UpstreamRefused, UpstreamDenied) as error:
                raise JobFailed(f"{self.order.step(name).title}: {in_words(error)}") from error

        found = await self.run.step(name, call, returns=Told)
        self._done.add(name)
        if not before:
            self.run.log(f"{self.order.step(name).title}: {found.words}")
        await self._record(name, found.words)  # also where the process died before it was
        return found

    def tell(self, stage: str) -> None:
        """Say how far it is."""
        steps = self.order.steps
        self.run.progress(sum(self.done(one.name) for one in steps), len(steps), stage)

    async def until(self, found: Callable[[Look], str], seconds: float, words: str) -> Look:
        """Look until `found` has nothing to wait for: it gives what it waits for, in words. Raises
        `JobFailed` with `words` after `seconds`."""
        ends = time.monotonic() + seconds
        while True:
            try:
                seen = await self.look()
                waits = found(seen)
            except IntegrationError as error:
                waits = str(error)
            else:
                if not waits:
                    return seen
            if time.monotonic() > ends:
                raise JobFailed(f"{words}: {waits}")
            self.tell(waits)
            await asyncio.sleep(PAUSE)

    async def allowed(self) -> None:
        """Raise `JobFailed` when who started it may not any more."""
        order = self.order
        async with self._context.db_sessions() as db:
            policy = await policy_of(db, order.subject, self._context.catalogue)
        where = scope.etcd(order.origin.organisation, order.etcd)
        if not policy.decide("etcdmember", Verb.MAINTAIN, where).allowed:
            raise JobFailed(
                f"{order.origin.actor} may not maintain {order.etcd} any more: nothing further was "
                "done."
            )

    async def _ready(self, name: str, checks: Callable[[Look], list[Check]]) -> None:
        def waits(seen: Look) -> str:
            return next((one.words for one in checks(seen) if one.state in _NOT_SO), "")

        await self.until(waits, PATIENCE, f"{self.order.step(name).title} was not begun")

    async def _record(self, name: str, words: str) -> None:
        """What was done, in the record, once."""
        order, title = self.order, self.order.step(name).title

        async def note(session: AsyncSession) -> None:
            audit = Audit(session, order.origin)
            audit.did("maintain", target_of(order), detail=f"{title}: {words}")

        await self.run.transaction(f"record {name}", note, returns=type(None))


def in_words(error: IntegrationError) -> str:
    """What etcd refused and, where that is known, what it means."""
    return str(error)


def target_of(order: Order) -> Target:
    """The store, in the record."""
    where = scope.etcd(order.origin.organisation, order.etcd)
    return Target("etcdmember", order.etcd, order.etcd, where)
