"""Defragmentation: each member writes its file anew, one after another, the leader last."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar, Final

import msgspec

from backend.features.runbooks import checks as must
from backend.features.runbooks.order import Order, Step, Told
from backend.features.runbooks.runbook import Runbook, Wrong
from backend.features.runbooks.schemas import Check
from backend.features.runbooks.sizes import said
from backend.features.runbooks.walk import PAUSE, Walk
from backend.jobs import JobFailed
from integrations.contract import IntegrationError, UpstreamFailed, UpstreamUnreachable
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.look import Look, MemberLook

__all__ = [
    "Defragment",
    "DefragmentOrder",
    "defragmented",
    "defragmenting",
    "in_turn",
    "next_turn",
    "step_of",
]

MOVE: Final = "move the leader"
_BEGINS_SECONDS: Final = 20.0
_BACK_SECONDS: Final = 300.0
_AT_IT_SECONDS: Final = 1800.0
"""How long a member may be at it after its answer was given up."""


class DefragmentOrder(Order, frozen=True, kw_only=True):
    """Which members, by id, and how."""

    members: tuple[str, ...] = ()
    move_leader: bool = True
    pause: bool = False


def step_of(member: str) -> str:
    """The step's name for a member."""
    return f"defragment {member}"


def in_turn(seen: Look) -> list[MemberLook]:
    """Followers by name, the leader last. Learners are left out: their files are new."""
    return sorted(seen.voters, key=lambda one: (one.id == seen.leader_id, one.label))


class Defragment(Runbook[DefragmentOrder]):
    """See the module."""

    id: ClassVar[str] = "defragment"
    title: ClassVar[str] = "Give free space back"
    about: ClassVar[str] = (
        "etcd keeps each member's data in one file. What is deleted, and history that was "
        "compacted, leaves holes in it that are used again but never given back to the disk. "
        "Defragmenting has a member write its file anew without the holes. The member answers "
        "nothing meanwhile, so it is done one member at a time, and the leader, which every write "
        "passes, comes last. Nothing that is stored is lost."
    )
    order = DefragmentOrder

    def wrong(self, connection: EtcdConnection) -> Wrong:
        """By etcd's own judgement of fragmentation."""
        members = connection.state.members if connection.state else ()
        holes = sum((one.db_size or 0) - (one.db_in_use or 0) for one in members)
        found = [
            one
            for one in connection.signals()
            if one.id == "fragmentation" and one.status == "warning"
        ]
        if found:
            names = ", ".join(one.member for one in found)
            return Wrong(True, f"Less than half of the file of {names} is in use: {said(holes)} "
                         "could be given back.")  # fmt: skip
        return Wrong(False, f"Nothing is wrong: {said(max(0, holes))} of all files are free space.")

    def over(self, seen: Look, order: DefragmentOrder) -> DefragmentOrder:
        """All members."""
        return msgspec.structs.replace(order, members=tuple(one.id for one in in_turn(seen)))

    def steps(self, seen: Look, order: DefragmentOrder) -> list[Step]:
        """A member each; before the leader's turn, another leads."""
        found = []
        for member in in_turn(seen):
            if member.id == seen.leader_id and order.move_leader and seen.voters[1:]:
                found.append(_moving(member))
            found.append(defragmenting(seen, member))
        return found

    def checks(
        self, seen: Look, order: DefragmentOrder, step: str, differing: tuple[str, ...]
    ) -> list[Check]:
        """The others must be well: a member is taken out of their midst for a while."""
        common = [
            must.all_answer(seen),
            must.leads(seen),
            must.sound(seen, differing),
            must.caught_up(seen),
        ]
        if step == MOVE:
            return common
        member = seen.find(step.removeprefix("defragment "))
        if member is None:
            return [must.failed("It is no member any more: begin anew with those there are now.")]
        own = [must.reachable(member), must.others_hold(seen, member, pause=order.pause)]
        return [*common, *own, must.room(member)]

    async def walk(self, walk: Walk[DefragmentOrder]) -> str:
        """Who leads is looked at anew each time: it may change meanwhile."""
        left = list(walk.order.members)
        freed = 0
        while left:
            member, leads = await next_turn(walk, left)
            if leads and _moves(walk):
                await self._move(walk)
                continue
            told = await self.member(walk, member)
            freed += int(told.values.get("freed", 0))
            left.remove(member)
        return f"{len(walk.order.members)} members defragmented, {said(freed)} given back."

    async def member(self, walk: Walk[DefragmentOrder], member: str) -> Told:
        """One member's step."""
        name = step_of(member)
        return await walk.step(
            name,
            lambda: defragmented(walk, member),
            lambda seen: self.musts(walk.connection, seen, walk.order, name),
        )

    async def settle(self, walk: Walk[DefragmentOrder]) -> str:
        """A member that began ends what it does, whoever asked for it."""
        try:
            seen = await walk.until(_well, _BACK_SECONDS, "Not all members are back")
        except (JobFailed, IntegrationError) as error:
            return f"{error}."
        left = [one.label for one in in_turn(seen) if not walk.run.done(step_of(one.id))]
        names = ", ".join(left)
        return f"All members serve. Not, or not surely, defragmented: {names}." if left else ""

    async def _move(self, walk: Walk[DefragmentOrder]) -> None:
        await walk.step(
            MOVE,
            lambda: _moved(walk),
            lambda seen: self.musts(walk.connection, seen, walk.order, MOVE),
        )


async def next_turn(walk: Walk[Order], left: list[str]) -> tuple[str, bool]:
    """Whose turn of those `left` is next, and whether it is to be done while it leads: who leads is
    looked at anew, for it changes. Those that are done already come first."""
    seen = await walk.until(lambda _: "", _BACK_SECONDS, "No member answers")
    done = [one for one in left if walk.done(step_of(one))]
    if done:
        return done[0], False
    turn = [one.id for one in in_turn(seen) if one.id in left]
    if len(turn) < len(left):
        raise JobFailed("The members changed meanwhile: begin anew with those there are.")
    return turn[0], turn[0] == seen.leader_id


def _moves(walk: Walk[DefragmentOrder]) -> bool:
    planned = any(step.name == MOVE for step in walk.order.steps)
    return walk.order.move_leader and planned and not walk.done(MOVE)


def _moving(leader: MemberLook) -> Step:
    return Step(
        MOVE,
        f"Have another member lead instead of {leader.label}",
        "The leader hands over to a member that is done. It takes a tenth of a second; without it "
        "the others would notice that it is silent and elect another, in a second or two.",
        "Nothing was changed. Begin anew, or begin without handing over.",
    )


def defragmenting(seen: Look, member: MemberLook) -> Step:
    """The step of a member."""
    leads = ", the leader" if member.id == seen.leader_id else ""
    return Step(
        step_of(member.id),
        f"Defragment {member.label}{leads}",
        f"Its file of {said(member.size)}, of which {said(member.in_use)} are in use, is written "
        "anew. Then it is waited for until it serves and has caught up with the others.",
        f"Look whether {member.label} runs and its disk has room. Its old file stays as it was "
        "until the new one is whole: nothing is lost. Then go on.",
    )


async def defragmented(walk: Walk[Order], member: str) -> Told:
    """Defragment a member and wait until it serves as before; sizes before and after. Where its
    answer is not heard it is not asked again, which would have it pause once more: whether its file
    is smaller tells that it was done."""
    found = (await walk.look()).find(member)
    if found is None or not found.endpoint:
        raise JobFailed("It cannot be asked any more: no endpoint of this connection leads to it.")
    began = time.monotonic()
    unheard: IntegrationError | None = None
    try:
        await walk.upkeep.defragment(found.endpoint)
    except (UpstreamUnreachable, UpstreamFailed) as error:
        unheard = error
        await _reads(walk, found)
    seconds = time.monotonic() - began

    def waits(seen: Look) -> str:
        return _served(seen, member)

    seen = await walk.until(waits, _BACK_SECONDS, f"{found.label} was defragmented and is not back")
    await walk.upkeep.serves(found.endpoint)
    after = seen.find(member)
    size = after.size if after else 0
    if unheard is not None:
        size = await _smaller(walk, member, found.size)
    if unheard is not None and not 0 < size < found.size:
        raise JobFailed(
            f"{found.label} did not say that it was done ({unheard}), and its file of {said(size)} "
            "is no smaller. It was not asked again."
        )
    freed = max(0, found.size - size)
    words = f"{said(found.size)} before, {said(size)} after, in {seconds:.1f} s."
    return Told(words, {"before": str(found.size), "after": str(size), "freed": str(freed)})


async def _smaller(walk: Walk[Order], member: str, before: int) -> int:
    """The size of its file once that is smaller, or after a while as it is: what was asked for may
    only just begin when the answer is lost."""
    ends = time.monotonic() + _BEGINS_SECONDS
    while True:
        found = (await walk.look()).find(member)
        size = found.size if found else 0
        if 0 < size < before or time.monotonic() > ends:
            return size
        await asyncio.sleep(PAUSE)


async def _reads(walk: Walk[Order], member: MemberLook) -> None:
    """Wait until a member reads its own data, which it does not while it writes its file anew."""
    ends = time.monotonic() + _AT_IT_SECONDS
    while True:
        try:
            await walk.upkeep.serves(member.endpoint)
        except IntegrationError as error:
            if time.monotonic() > ends:
                raise JobFailed(f"{member.label} is not back: {error}.") from error
            walk.tell(f"waits for {member.label}: {error.message}")
            await asyncio.sleep(PAUSE)
        else:
            return


async def _moved(walk: Walk[DefragmentOrder]) -> Told:
    seen = await walk.look()
    leader = seen.leader
    if leader is None or not leader.endpoint:
        raise JobFailed("The leader cannot be asked: no endpoint of this connection leads to it.")
    others = [one for one in seen.voters if one.status and one.id != leader.id]
    done = [one for one in others if walk.done(step_of(one.id))]
    best = min(done or others, key=seen.lag, default=None)
    if best is None:
        raise JobFailed("There is no other member that could lead.")
    await walk.upkeep.move_leader(leader.endpoint, best.id)
    await walk.until(
        lambda now: "" if now.leader_id not in {"", leader.id} else "waits for the new leader",
        _BACK_SECONDS,
        "No other member leads",
    )
    return Told(f"{best.label} leads now.")


def _served(seen: Look, member: str) -> str:
    found = seen.find(member)
    if found is None or found.status is None:
        return "it does not answer yet"
    if found.status.leader in {"", "0"}:
        return f"{found.label} sees no leader yet"
    return _well(seen)


def _well(seen: Look) -> str:
    """What is waited for until all serve and have caught up."""
    found = [must.all_answer(seen), must.leads(seen), must.caught_up(seen)]
    return next((one.words for one in found if one.state == "failed"), "")
