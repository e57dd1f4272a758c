"""A lost member is replaced: removed, a new one joins as a learner, catches up, and votes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

import msgspec

from backend.features.runbooks import checks as must
from backend.features.runbooks.order import Order, Step, Told
from backend.features.runbooks.promote import (
    CATCH_UP_SECONDS,
    PROMOTE,
    caught_up,
    promoted,
    promoting,
)
from backend.features.runbooks.runbook import Runbook, Wrong
from backend.features.runbooks.schemas import Check
from backend.features.runbooks.starting import start_command
from backend.features.runbooks.walk import PATIENCE, PAUSE, Walk, asked
from backend.jobs import JobFailed
from integrations.contract import IntegrationError, NotFound
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.look import Look, MemberLook
from integrations.etcd.membership import Membership, Unsettled
from integrations.etcd.snapshot import MemberCondition

__all__ = ["Replace", "ReplaceOrder", "lost"]

Act = Callable[[], Awaitable[Told]]
REMOVE: Final = "remove"
ADD: Final = "add"
START: Final = "start"
_START_SECONDS: Final = 3600.0


class ReplaceOrder(Order, frozen=True, kw_only=True):
    """`member` is the lost one's id; the new one's name, and where the others reach it."""

    member: str = ""
    name: str = ""
    peer_urls: tuple[str, ...] = ()


class Replace(Runbook[ReplaceOrder]):
    """See the module."""

    id: ClassVar[str] = "replace"
    title: ClassVar[str] = "Replace a lost member"
    about: ClassVar[str] = (
        "A write counts once more than half of the members have it. A member that is lost still "
        "counts among all, so the store tolerates fewer failures until it is replaced. A member "
        "whose data is gone cannot simply be started again: the others know it as one that has "
        "what it promised to keep. So it is removed, a new one joins under a new number, first as "
        "a learner without a vote, and gets its vote once it has everything. A member whose data "
        "is still there needs none of this: start it again."
    )
    order = ReplaceOrder
    for_good = True

    def wrong(self, connection: EtcdConnection) -> Wrong:
        """A member that does not answer."""
        state = connection.state
        if state is None:
            return Wrong(False, "No member has answered yet.")
        down = [one for one in state.voters if one.condition is MemberCondition.DOWN]
        if not down:
            return Wrong(False, "No member is silent.")
        names = ", ".join(one.name or one.id for one in down)
        counted = f"{state.answering} of {len(state.voters)} members answer, {state.quorum} needed"
        return Wrong(
            True, f"{names} does not answer: {counted}. If it is lost for good, replace it."
        )

    def over(self, seen: Look, order: ReplaceOrder) -> ReplaceOrder:
        """Unless said otherwise the silent one, replaced under its name at its address."""
        away = [one for one in seen.voters if one.status is None and one.endpoint]
        away.sort(key=lambda one: lost(seen, one.id).state == "failed")
        found = seen.find(order.member) if order.member else next(iter(away), None)
        if found is None:
            return order
        return msgspec.structs.replace(
            order,
            member=found.id,
            name=order.name or found.name,
            peer_urls=order.peer_urls or found.peer_urls,
        )

    def steps(self, seen: Look, order: ReplaceOrder) -> list[Step]:
        """Remove, add, have it started, promote."""
        gone = seen.find(order.member)
        if gone is None:
            return []
        urls = ", ".join(order.peer_urls)
        return [
            Step(
                REMOVE,
                f"Remove {gone.label}",
                f"The others forget {gone.label} (number {gone.hex}). Should its machine come "
                "back, it is told that it was removed and ends.",
                "Nothing was changed. Look at what etcd said above, then go on.",
            ),
            Step(
                ADD,
                f"Let {order.name} join as a learner",
                f"The others expect a new member at {urls}. It has no vote yet: the store loses "
                "nothing if it never starts.",
                "Look at what etcd said above, then go on.",
            ),
            Step(
                START,
                f"Start {order.name} on its machine",
                "This is yours to do: start etcd there as below, with an empty data directory, "
                "adding what your members are started with besides (certificates, quota). It is "
                "waited for, an hour at most.",
                f"Look at the log of etcd on that machine: whether it reaches the others, and they "
                f"it at {urls}; whether its data directory was empty. Then go on.",
                start_command(seen, gone.id, order.name, order.peer_urls),
            ),
            promoting(order.name),
        ]

    def checks(
        self, seen: Look, order: ReplaceOrder, step: str, differing: tuple[str, ...]
    ) -> list[Check]:
        """That those left decide, and stay enough."""
        common = [must.leads(seen), must.sound(seen, differing)]
        if step == REMOVE:
            return [*common, lost(seen, order.member), _holds(seen, order), _no_learner(seen)]
        if step == ADD:
            return [*common, _free(seen, order), _enough(seen, order)]
        new = _new(seen, order)
        if step == START:
            joined = must.ok("It may join.") if new else must.awaited("It may not join yet.")
            return [*common, joined]
        return [*common, caught_up(new, seen)]

    def facts(self, connection: EtcdConnection, seen: Look) -> list[tuple[str, str]]:
        """The arithmetic, and the reminder that nothing else brings a lost store back."""
        del connection
        voters, quorum = len(seen.voters), seen.quorum
        counted = f"{seen.answering} of {voters} members answer; {quorum} are needed to write"
        return [("Quorum", counted), ("Before you begin", "Take a snapshot.")]

    async def walk(self, walk: Walk[ReplaceOrder]) -> str:
        """In the steps' order."""
        await self._step(walk, REMOVE, lambda: _removed(walk))
        added = await self._step(walk, ADD, lambda: _added(walk))
        member = added.values["member"]
        await self._step(walk, START, lambda: _started(walk, member))
        told = await self._step(walk, PROMOTE, lambda: promoted(walk, member))
        seen = await walk.look()
        found = seen.find(member)
        if found is not None and not found.endpoint:
            urls = ", ".join(found.client_urls)
            return f"{told.words} Add {urls} to the connection: no endpoint leads to it yet."
        return told.words

    async def settle(self, walk: Walk[ReplaceOrder]) -> str:
        """Which of the members are there."""
        try:
            seen = await walk.look()
        except IntegrationError as error:
            return f"How the members are now is not known: {error}."
        order = walk.order
        left = "is still a member" if seen.find(order.member) else "is removed"
        new = _new(seen, order)
        if new is None:
            return f"The lost member {left}; no new one may join yet."
        how = "a learner" if new.learner else "a member with a vote"
        return (
            f"The lost member {left}; the new one, {new.label} ({new.hex}), is {how}. Let it go "
            f"on, or take it back with: etcdctl member remove {new.hex}"
        )

    async def _step(self, walk: Walk[ReplaceOrder], name: str, act: Act) -> Told:
        return await walk.step(
            name,
            act,
            lambda seen: self.musts(walk.connection, seen, walk.order, name),
            CATCH_UP_SECONDS if name == PROMOTE else PATIENCE,
        )


def lost(seen: Look, member: str) -> Check:
    """Whether it may be taken for lost. That we hear nothing of it is little: the others may."""
    found = seen.find(member)
    if found is None:
        return must.ok("It is removed already.")
    if words := _kept(seen, found):
        return must.failed(words)
    return Check(
        state="warning",
        words=f"This console gets no answer from {found.label} at {found.endpoint}: "
        f"{found.failure}. The other members may: make sure that its machine is lost, not only cut "
        "off from here.",
    )


def _kept(seen: Look, found: MemberLook) -> str:
    """Why it may not be taken for lost."""
    name = found.label
    if found.learner:
        return f"{name} is a learner, which only etcdctl member remove removes."
    if found.status is not None:
        return f"{name} answers: it is not lost. Nothing is to be replaced."
    if found.id == seen.leader_id:
        return f"{name} leads, the others say: only this console cannot reach it."
    if not found.endpoint:
        return f"Whether {name} is lost is not known: {found.failure}."
    if not found.silent:
        words = f"{name} is there, and this console's connection to it fails: {found.failure}."
        return f"{words} Mend the connection: nothing is to be replaced."
    return ""


def _holds(seen: Look, order: ReplaceOrder) -> Check:
    """The arithmetic of etcd itself, in words."""
    left = [one for one in seen.voters if one.id != order.member]
    up = sum(one.status is not None for one in left)
    needed = len(left) // 2 + 1
    counted = f"Without it {len(left)} members are left, of which {up} answer; {needed} are needed"
    if up < seen.quorum:
        return must.failed(
            f"{seen.answering} of {len(seen.voters)} members answer, and {seen.quorum} must agree "
            "to remove one: the quorum is lost. Bring members back, or restore a snapshot."
        )
    if up < needed or not left:
        return must.failed(f"{counted}: the store would stop. Bring another member back first.")
    return must.ok(f"{counted}.")


def _no_learner(seen: Look) -> Check:
    if seen.learners:
        names = ", ".join(one.label for one in seen.learners)
        return must.failed(f"{names} is a learner already, and there may be one: promote it first.")
    return must.ok("There is no learner yet.")


def _free(seen: Look, order: ReplaceOrder) -> Check:
    """Nobody else is at its address, or has its name."""
    others = [one for one in seen.members if one.id != order.member and not one.learner]
    taken = [one.label for one in others if set(one.peer_urls) & set(order.peer_urls)]
    if taken:
        return must.failed(f"{taken[0]} has this peer URL: choose the new member's own.")
    if any(one.name == order.name for one in others):
        return must.failed(f"Another member is called {order.name}: choose another name.")
    return must.ok("No other member has its name or peer URL.")


def _enough(seen: Look, order: ReplaceOrder) -> Check:
    voters = [one for one in seen.voters if one.id != order.member]
    silent = [one.label for one in voters if one.status is None and one.endpoint]
    if silent:
        words = f"{', '.join(silent)} does not answer: etcd adds members only while all others do."
        return Check(state="warning", words=words)
    return must.ok("All other members answer.")


def _new(seen: Look, order: ReplaceOrder) -> MemberLook | None:
    urls = set(order.peer_urls)
    found = (one for one in seen.members if one.id != order.member and urls & set(one.peer_urls))
    return next(found, None)


async def _removed(walk: Walk[ReplaceOrder]) -> Told:
    seen = await walk.look()
    gone = seen.find(walk.order.member)
    if gone is not None:
        try:
            await _membership(walk).remove(asked(seen, gone.id), gone.id)
        except NotFound:
            gone = None
    left = await walk.look()
    words = "It is removed." if gone else "It was removed before."
    return Told(f"{words} {len(left.voters)} members are left, {left.quorum} are needed.")


async def _added(walk: Walk[ReplaceOrder]) -> Told:
    seen = await walk.look()
    new = _new(seen, walk.order)
    member = new.id if new else ""
    if new is None:
        member = await _joining(walk, seen)
    return Told(f"It may join as number {int(member):x}.", {"member": member})


async def _joining(walk: Walk[ReplaceOrder], seen: Look) -> str:
    """Asked again while the members have not been together long enough."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            urls = walk.order.peer_urls
            return (await _membership(walk).add_learner(asked(seen), urls)).ID
        except Unsettled as error:
            if time.monotonic() > ends:
                raise
            walk.tell(error.message)
            await asyncio.sleep(PAUSE)


async def _started(walk: Walk[ReplaceOrder], member: str) -> Told:
    def waits(seen: Look) -> str:
        found = seen.find(member)
        if found is None:
            raise JobFailed("The new member was removed meanwhile.")
        return "" if found.name else f"waits for {walk.order.name} to start on its machine"

    words = f"{walk.order.name} was not started"
    seen = await walk.until(waits, _START_SECONDS, words, still=True)
    found = seen.find(member)
    return Told(f"{found.label if found else walk.order.name} has started and joined.")


def _membership(walk: Walk[ReplaceOrder]) -> Membership:
    return Membership(walk.connection.client.gateway)
