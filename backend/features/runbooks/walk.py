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
from backend.features.runbooks import checks as must
from backend.features.runbooks.order import Order, Told
from backend.features.runbooks.schemas import Check
from backend.identity.holdings import policy_of
from backend.jobs import JobFailed, Run
from integrations.contract import IntegrationError, UpstreamDenied, UpstreamRefused
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.look import Look, look
from integrations.etcd.upkeep import Upkeep

__all__ = ["PATIENCE", "Walk", "asked", "target_of"]

O_co = TypeVar("O_co", bound=Order, covariant=True)
PATIENCE: Final = 60.0
"""Seconds until what must be so, and is not, ends the run."""
PAUSE: Final = 1.0
_AGAIN: Final = 10.0
"""Seconds after which who waits is looked at again: whether they still may."""
_NOT_SO: Final = frozenset({"failed", "awaited"})


class Walk(Generic[O_co]):
    """What a runbook's code works with."""

    def __init__(self, context: FeatureContext, run: Run, order: O_co) -> None:
        self.run = run
        self.order = order
        self._context = context
        self._done = set(run.finished())
        self._looked_at = 0.0

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
        """The members as they say they are now. Raises `JobFailed` where they are of another
        cluster than the run was begun for."""
        connection = self.connection
        seen = await look(connection.client, connection.state)
        if connection is not self.connection:
            raise IntegrationError(self.order.etcd, "its connection was changed just now")
        if words := must.elsewhere(seen, self.order.cluster_id):
            raise JobFailed(words)
        return seen

    def done(self, name: str) -> bool:
        """Whether a step was done, in this run or before it went on."""
        return name in self._done

    async def step(
        self,
        name: str,
        act: Callable[[], Awaitable[Told]],
        checks: Callable[[Look], list[Check]],
        patience: float = PATIENCE,
    ) -> Told:
        """Do a step once; what came of it. Raises `JobFailed` where the starter may not any more,
        where what must be so is not in a minute (what is awaited: in `patience` seconds), and
        where etcd refuses."""
        before = self.run.done(name)
        if not before:
            self.tell(self.order.step(name).title)
            await self.allowed()
            await self._ready(name, checks, patience)

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

    async def until(
        self, found: Callable[[Look], str], seconds: float, words: str, *, still: bool = False
    ) -> Look:
        """Look until `found` has nothing to wait for: it gives what it waits for, in words. Raises
        `JobFailed` with `words` after `seconds`; with `still` also once it may not go on."""
        ends = time.monotonic() + seconds
        while True:
            try:
                if still:
                    await self.still()
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

    async def still(self) -> None:
        """What a long wait asks meanwhile, every ten seconds: raise `JobFailed` when who started it
        may not any more, or changes were switched off."""
        if time.monotonic() - self._looked_at < _AGAIN:
            return
        await self.allowed()
        switch = must.allowed(self.connection.settings)
        if switch.state == "failed":
            raise JobFailed(switch.words)

    async def allowed(self) -> None:
        """Raise `JobFailed` when who started it may not any more."""
        order, self._looked_at = self.order, time.monotonic()
        async with self._context.db_sessions() as db:
            policy = await policy_of(db, order.subject, self._context.catalogue)
        where = scope.etcd(order.origin.organisation, order.etcd)
        if not policy.decide("etcdmember", Verb.MAINTAIN, where).allowed:
            raise JobFailed(
                f"{order.origin.actor} may not maintain {order.etcd} any more: nothing further was "
                "done."
            )

    async def _ready(
        self, name: str, checks: Callable[[Look], list[Check]], patience: float
    ) -> None:
        words = f"{self.order.step(name).title} was not begun"
        since = 0.0

        def waits(seen: Look) -> str:
            nonlocal since
            found = [one for one in checks(seen) if one.state in _NOT_SO]
            failed = next((one.words for one in found if one.state == "failed"), "")
            since = (since or time.monotonic()) if failed else 0.0
            if failed and time.monotonic() - since > PATIENCE:
                raise JobFailed(f"{words}: {failed}")
            return failed or next((one.words for one in found), "")

        await self.until(waits, patience, words, still=True)

    async def _record(self, name: str, words: str) -> None:
        """What was done, in the record, once."""
        order, title = self.order, self.order.step(name).title

        async def note(session: AsyncSession) -> None:
            audit = Audit(session, order.origin)
            audit.did("maintain", target_of(order), detail=f"{title}: {words}")

        await self.run.transaction(f"record {name}", note, returns=type(None))


def asked(seen: Look, but: str = "") -> str:
    """An endpoint of a voter that answers; `JobFailed` where none does."""
    found = [one.endpoint for one in seen.voters if one.status and one.id != but]
    if not found:
        raise JobFailed("No member with a vote answers.")
    return found[0]


def in_words(error: IntegrationError) -> str:
    """What etcd refused and, where that is known, what it means."""
    return str(error)


def target_of(order: Order) -> Target:
    """The store, in the record."""
    where = scope.etcd(order.origin.organisation, order.etcd)
    return Target("etcdmember", order.etcd, order.etcd, where)
