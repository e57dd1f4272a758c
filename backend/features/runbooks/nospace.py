"""NOSPACE: a store that is full writes again: old history goes, the files shrink, the alarm is
taken back once, and a write proves it."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar, Final

import msgspec

from backend.features.runbooks import checks as must
from backend.features.runbooks.defragment import (
    defragmented,
    defragmenting,
    in_turn,
    next_turn,
    step_of,
)
from backend.features.runbooks.order import Order, Step, Told
from backend.features.runbooks.runbook import Runbook, Wrong
from backend.features.runbooks.schemas import Check
from backend.features.runbooks.sizes import said
from backend.features.runbooks.walk import Walk, asked
from backend.jobs import JobFailed
from integrations.contract import IntegrationError
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.errors import NoSpace
from integrations.etcd.index import Child, KeyIndex
from integrations.etcd.look import Look, MemberLook
from integrations.etcd.trial import trial_write

__all__ = ["Nospace", "NospaceOrder"]

COMPACT: Final = "compact"
DISARM: Final = "disarm"
PROVE: Final = "prove"
_ALARM: Final = "NOSPACE"
_NEARLY: Final = 95.0
_SECONDS: Final = 60.0
_FOLDERS: Final = 5
_LISTED: Final = 1000
_WHAT_THEN: Final = (
    "Delete what is not needed (deleting works while the store is full) and begin anew, or raise "
    "the quota: start each member, one after another, with a larger --quota-backend-bytes "
    "(8 GiB is the most that etcd advises), then begin anew to take the alarm back."
)


class NospaceOrder(Order, frozen=True, kw_only=True):
    """`revision`: history before it goes. `keep`: how many revisions before the newest stay."""

    members: tuple[str, ...] = ()
    keep: int = 0
    revision: int = 0
    pause: bool = False


def full(seen: Look) -> list[MemberLook]:
    """The members whose file is not below its quota: each would raise the alarm again."""
    return [one for one in seen.members if one.quota and one.size >= one.quota]


def alarmed(seen: Look) -> bool:
    """Whether a member says that the alarm is raised: then the whole store refuses writes."""
    return any(_ALARM in text for text in seen.alarms)


class Nospace(Runbook[NospaceOrder]):
    """See the module."""

    id: ClassVar[str] = "nospace"
    title: ClassVar[str] = "Make room in a full store"
    about: ClassVar[str] = (
        "Each member's file may grow to a quota. Once one is full, etcd raises the alarm NOSPACE "
        "and the whole store refuses every write; reading and deleting still work. Mostly it is "
        "not what is stored now that fills it but history: etcd keeps every value a key ever had "
        "until it is told to compact. So old history goes first, then each member gives the free "
        "space back, and then the alarm, which stays raised by itself, is taken back. A write of "
        "our own, removed at once, proves that the store takes writes again."
    )
    order = NospaceOrder
    for_good = True

    def wrong(self, connection: EtcdConnection) -> Wrong:
        """By the alarms the members tell of, and by how full they are."""
        state = connection.state
        members = state.members if state else ()
        raised = sorted({one.name or one.id for one in members if _ALARM in one.alarms})
        if raised:
            names = ", ".join(raised)
            words = f"{names} is full: the store refuses every write. Reading and deleting work."
            return Wrong(True, words)
        used = [(one.quota_used, one.name or one.id) for one in members if one.quota_used]
        if not used:
            return Wrong(False, "No alarm is raised; how full the members are is not known.")
        most, name = max(used)
        words = f"{name} uses {most:.0f} % of its quota; once it is full every write is refused."
        return Wrong(most > _NEARLY, words if most > _NEARLY else f"No alarm is raised: {words}")

    def over(self, seen: Look, order: NospaceOrder) -> NospaceOrder:
        """All members, and the revision before which history goes: none that is newer than what was
        seen when it was confirmed."""
        members = tuple(one.id for one in in_turn(seen))
        newest = min(seen.revision, order.confirmed or seen.revision)
        revision = max(1, newest - order.keep)
        return msgspec.structs.replace(order, members=members, revision=revision)

    def steps(self, seen: Look, order: NospaceOrder) -> list[Step]:
        """Compact, defragment each, take the alarm back, write."""
        found = [
            Step(
                COMPACT,
                f"Forget history before revision {order.revision}",
                f"The store is at revision {seen.revision}. What keys held before revision "
                f"{order.revision} can not be read any more; what they hold now stays. Clients "
                "that watch from an older revision have to list anew, as Kubernetes does by "
                "itself.",
                "Nothing was lost but history. Look whether the members reach each other, then go "
                "on.",
            ),
            *(defragmenting(seen, member) for member in in_turn(seen)),
        ]
        if alarmed(seen):
            found.append(
                Step(
                    DISARM,
                    "Take the alarm back",
                    "Only where every file is below its quota now, and only once: where the store "
                    "is still full etcd raises it again.",
                    _WHAT_THEN,
                )
            )
        found.append(
            Step(
                PROVE,
                "Write and remove a key of our own",
                "A small key that nobody else uses is written with a lease of a minute and removed "
                "at once.",
                _WHAT_THEN,
            )
        )
        return found

    def checks(
        self, seen: Look, order: NospaceOrder, step: str, differing: tuple[str, ...]
    ) -> list[Check]:
        """Of a member's turn those of defragmenting; of the alarm that there is room."""
        common = [must.all_answer(seen), must.leads(seen), must.sound(seen, differing)]
        if step == COMPACT:
            return [*common, _within(seen, order)]
        if step == DISARM:
            return [*common, below_quota(seen)]
        if step == PROVE:
            return [*common, _no_alarm(seen, planned=any(s.name == DISARM for s in order.steps))]
        member = seen.find(step.removeprefix("defragment "))
        if member is None:
            return [must.failed("It is no member any more: begin anew with those there are now.")]
        others = must.others_hold(seen, member, pause=order.pause)
        return [*common, must.caught_up(seen), must.reachable(member), others, must.room(member)]

    def facts(self, connection: EtcdConnection, seen: Look) -> list[tuple[str, str]]:
        """The quota, the newest revision, and where most keys are."""
        quotas = {said(one.quota) for one in seen.members if one.quota}
        found = [
            ("Quota", ", ".join(sorted(quotas)) or "not known (before etcd 3.6 metrics tell it)"),
            ("Newest revision", str(seen.revision)),
        ]
        index = connection.index
        named = [f"{child.path} ({child.total:,} keys)" for child in _largest(index)]
        if named:
            found.append(("Most keys are below", ", ".join(named)))
        return found

    async def walk(self, walk: Walk[NospaceOrder]) -> str:
        """In the steps' order; that nothing was freed is said before the alarm is touched."""
        await self._step(walk, COMPACT, lambda: _compacted(walk))
        left = list(walk.order.members)
        while left:
            member, _ = await next_turn(walk, left)
            await self._step(walk, step_of(member), partial(defragmented, walk, member))
            left.remove(member)
        if any(step.name == DISARM for step in walk.order.steps):
            if not walk.done(DISARM):
                _judge(await walk.look())
            await self._step(walk, DISARM, lambda: _disarmed(walk))
        told = await self._step(walk, PROVE, lambda: _proved(walk))
        return told.words

    async def settle(self, walk: Walk[NospaceOrder]) -> str:
        """Whether it still refuses writes."""
        try:
            seen = await walk.look()
        except IntegrationError as error:
            return f"How the store is now is not known: {error}."
        if alarmed(seen):
            return "The alarm is still raised: the store refuses writes."
        return "No alarm is raised now."

    async def _step(
        self, walk: Walk[NospaceOrder], name: str, act: Callable[[], Awaitable[Told]]
    ) -> Told:
        return await walk.step(
            name,
            act,
            lambda seen: self.musts(walk.connection, seen, walk.order, name),
        )


def _largest(index: KeyIndex) -> list[Child]:
    """The folders with most keys, below what all of them share."""
    prefix = ""
    while (page := index.listing(prefix, None, _LISTED)) and len(page[0]) == 1:
        (only,) = page[0]
        if only.entry is not None:
            return [only]
        prefix = only.path
    children = page[0] if page else []
    if all(child.entry is not None for child in children) and prefix:
        return [Child(prefix, prefix, index.count(prefix), None)]
    return sorted(children, key=lambda child: -child.total)[:_FOLDERS]


def below_quota(seen: Look) -> Check:
    """There is room in every member's file."""
    found = full(seen)
    if not found:
        return must.ok("Every member's file is below its quota.")
    return must.awaited(" ".join(_full(one) for one in found))


def _full(member: MemberLook) -> str:
    return (
        f"{member.label}'s file of {said(member.size)} holds {said(member.in_use)} and is not "
        f"below its quota of {said(member.quota or 0)}."
    )


def _within(seen: Look, order: NospaceOrder) -> Check:
    if order.revision > seen.revision:
        words = f"The store is at revision {seen.revision} only: it was restored from a backup."
        return must.failed(f"{words} Begin anew.")
    kept = seen.revision - order.revision
    return must.ok(f"The {kept:,} newest revisions of history stay.")


def _no_alarm(seen: Look, *, planned: bool) -> Check:
    if not alarmed(seen):
        return must.ok("No member says that it is full.")
    if planned:
        return must.awaited("The alarm is raised: it has to be taken back first.")
    return must.failed("The alarm was raised meanwhile: begin anew.")


def _judge(seen: Look) -> None:
    """Raise `JobFailed` where nothing was freed: the alarm is not touched."""
    found = full(seen)
    if found:
        words = " ".join(_full(one) for one in found)
        raise JobFailed(
            f"Forgetting history freed too little. {words} The alarm stays, for it would be raised "
            f"again at once. {_WHAT_THEN}"
        )


async def _compacted(walk: Walk[NospaceOrder]) -> Told:
    seen = await walk.look()
    leader = seen.leader
    endpoint = leader.endpoint if leader and leader.status else asked(seen)
    before = sum(one.in_use for one in seen.members)
    done = await walk.upkeep.compact(endpoint, walk.order.revision)
    if not done:
        return Told(f"History before revision {walk.order.revision} was forgotten before.")
    after = sum(one.in_use for one in (await walk.look()).members)
    freed = said(max(0, before - after))
    return Told(f"History before revision {walk.order.revision} is forgotten: {freed} are free.")


async def _disarmed(walk: Walk[NospaceOrder]) -> Told:
    seen = await walk.look()
    endpoint = asked(seen)
    alarms = (await walk.connection.client.alarms()).alarms
    raised = [one.member for one in alarms if one.alarm == _ALARM]
    for member in raised:
        await walk.upkeep.disarm(endpoint, member)
    await walk.until(
        lambda now: "waits until no member tells of the alarm" if alarmed(now) else "",
        _SECONDS,
        "The alarm was taken back and is raised again",
    )
    names = ", ".join(found.label for one in raised if (found := seen.find(one)))
    return Told(f"Taken back on {names}." if names else "No alarm was raised any more.")


async def _proved(walk: Walk[NospaceOrder]) -> Told:
    await walk.look()  # where it leads to another cluster by now nothing is written
    try:
        await trial_write(walk.connection.client, uuid.uuid4().hex)
    except NoSpace as error:
        raise JobFailed(f"The store refuses writes still. {_WHAT_THEN}") from error
    seen = await walk.look()
    if alarmed(seen):
        raise JobFailed(f"Our write filled the store: the alarm is raised again. {_WHAT_THEN}")
    sizes = ", ".join(f"{one.label} {said(one.size)}" for one in seen.members if one.status)
    return Told(f"The store takes writes. Files now: {sizes}.")
