"""A learner gets a vote, once it has caught up."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar, Final

import msgspec

from backend.features.runbooks import checks as must
from backend.features.runbooks.order import Order, Step, Told
from backend.features.runbooks.runbook import Runbook, Wrong
from backend.features.runbooks.schemas import Check
from backend.features.runbooks.walk import PAUSE, Walk, asked
from backend.jobs import JobFailed
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.look import Look, MemberLook
from integrations.etcd.membership import Membership, NotInSync

__all__ = [
    "CATCH_UP_SECONDS",
    "PROMOTE",
    "Promote",
    "PromoteOrder",
    "caught_up",
    "promoted",
    "promoting",
]

PROMOTE: Final = "promote"
CATCH_UP_SECONDS: Final = 1800.0
"""How long a learner is waited for: it may have gigabytes to receive."""


class PromoteOrder(Order, frozen=True, kw_only=True):
    """Which learner, by id."""

    member: str = ""


class Promote(Runbook[PromoteOrder]):
    """See the module."""

    id: ClassVar[str] = "promote"
    title: ClassVar[str] = "Give a learner a vote"
    about: ClassVar[str] = (
        "A new member joins as a learner: it receives everything and has no vote, so that a member "
        "that is still empty, or never starts, cannot hold the others up. Once it has caught up it "
        "is promoted: from then on it counts for the quorum, and the store tolerates more failures."
    )
    order = PromoteOrder

    def wrong(self, connection: EtcdConnection) -> Wrong:
        """A learner is to be promoted sooner or later."""
        members = connection.state.members if connection.state else ()
        found = [one.name or one.id for one in members if not one.voter]
        if not found:
            return Wrong(False, "There is no learner: every member has a vote.")
        return Wrong(True, f"{', '.join(found)} is a learner: it has no vote yet.")

    def over(self, seen: Look, order: PromoteOrder) -> PromoteOrder:
        """The one there is: etcd allows no second by itself."""
        first = next((one.id for one in seen.learners), "")
        return msgspec.structs.replace(order, member=order.member or first)

    def steps(self, seen: Look, order: PromoteOrder) -> list[Step]:
        """One."""
        member = seen.find(order.member)
        return [promoting(member.label)] if member is not None and member.learner else []

    def checks(
        self, seen: Look, order: PromoteOrder, step: str, differing: tuple[str, ...]
    ) -> list[Check]:
        """The others can decide it, and it runs and has what they have."""
        del step
        return [
            must.leads(seen),
            must.sound(seen, differing),
            caught_up(seen.find(order.member), seen),
        ]

    async def walk(self, walk: Walk[PromoteOrder]) -> str:
        """Promote it."""
        order = walk.order
        told = await walk.step(
            PROMOTE,
            lambda: promoted(walk, order.member),
            lambda seen: self.musts(walk.connection, seen, order, PROMOTE),
            CATCH_UP_SECONDS,
        )
        return told.words


def promoting(name: str) -> Step:
    """The step of a learner."""
    return Step(
        PROMOTE,
        f"Give {name} a vote",
        "etcd promotes it only when it is in step with the leader; until then it is asked again.",
        f"Look at the log of {name}: whether it reaches the other members at their peer URLs. As a "
        "learner it does no harm meanwhile. Then go on.",
    )


def caught_up(member: MemberLook | None, seen: Look) -> Check:
    """The learner is there, started, and not behind."""
    if member is None:
        return must.awaited("It is no member yet.")
    if not member.learner:
        return must.ok(f"{member.label} has its vote already.")
    if not member.name:
        return must.awaited("It has not started yet.")
    if member.status is None:
        words = f"{member.label}: {member.failure}. Whether it has caught up, etcd itself will say."
        return Check(state="warning", words=words)
    behind = seen.lag(member)
    if behind > must.LAG:
        return must.awaited(f"{member.label} is {behind} entries behind.")
    return must.ok(f"{member.label} runs and has caught up.")


async def promoted(walk: Walk[Order], member: str) -> Told:
    """Promote it; asked again until etcd says that it is in step."""
    ends = time.monotonic() + CATCH_UP_SECONDS
    while True:
        await walk.still()
        seen = await walk.look()
        found = seen.find(member)
        if found is None:
            raise JobFailed("It is no member any more.")
        if not found.learner:
            return Told(_voting(seen, found.label))
        try:
            await Membership(walk.connection.client.gateway).promote(asked(seen), member)
        except NotInSync as error:
            if time.monotonic() > ends:
                raise JobFailed(f"{found.label}: {error.message}.") from error
            walk.tell(f"{found.label} has not caught up with the leader yet")
            await asyncio.sleep(PAUSE)


def _voting(seen: Look, name: str) -> str:
    spare = len(seen.voters) - seen.quorum
    return f"{name} votes: {len(seen.voters)} members, {spare} of them may fail."
