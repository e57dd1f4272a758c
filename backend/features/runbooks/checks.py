"""What must be so before a member is touched, judged on what the members say at this moment."""

from __future__ import annotations

from typing import Final

from backend.features.runbooks.schemas import Check
from backend.features.runbooks.sizes import said
from integrations.etcd.look import Look, MemberLook
from integrations.etcd.settings import Changes, EtcdSettings

__all__ = [
    "all_answer",
    "allowed",
    "caught_up",
    "elsewhere",
    "leads",
    "others_hold",
    "reachable",
    "room",
    "sound",
]

LAG: Final = 500
"""Entries a member may be behind the furthest: statuses are not of one moment."""


def ok(words: str) -> Check:
    """It is so."""
    return Check(state="ok", words=words)


def failed(words: str) -> Check:
    """It is not so, and nothing is done."""
    return Check(state="failed", words=words)


def awaited(words: str) -> Check:
    """It is not so yet: the steps before are to make it so."""
    return Check(state="awaited", words=words)


def allowed(settings: EtcdSettings) -> Check:
    """The connection lets the console change what it leads to."""
    if settings.changes is Changes.ALLOWED:
        return ok("Changes from the console are allowed for this connection.")
    if settings.typed:
        way = f"Who may change its settings can allow them (Connections, etcd, {settings.name})."
    else:
        way = 'Who keeps the configuration it is declared in can allow them: changes = "allowed".'
    return failed(f"Changes from the console are switched off for the etcd {settings.name}. {way}")


def elsewhere(seen: Look, cluster: str) -> str:
    """Why a run that was begun for `cluster` may do nothing here; empty where it is that one."""
    if not cluster or seen.cluster_id == cluster:
        return ""
    here, there = f"{int(seen.cluster_id or 0):x}", f"{int(cluster):x}"
    return (
        f"The connection leads to another cluster ({here}) than the one this was begun for "
        f"({there}): nothing further is done. Begin anew with the one that is there."
    )


def all_answer(seen: Look) -> Check:
    """Every voter answers."""
    silent = [one for one in seen.voters if one.status is None]
    if not silent:
        return ok(f"All {len(seen.voters)} members answer." if seen.voters[1:] else "It answers.")
    named = ", ".join(f"{one.label} ({one.failure})" for one in silent)
    return failed(f"Not all members answer: {named}.")


def leads(seen: Look) -> Check:
    """Somebody leads."""
    if seen.leader is None:
        return failed("No member leads: nothing can be written until the members elect one.")
    return ok(f"{seen.leader.label} leads.")


def sound(seen: Look, differing: tuple[str, ...] = ()) -> Check:
    """No member says, or was seen to hold, something else than the others."""
    if any("CORRUPT" in text for text in seen.alarms):
        return failed("A member says that its data is corrupt: replace that member first.")
    if differing:
        names = ", ".join(differing)
        return failed(f"{names} holds other data than the others: replace that member first.")
    return ok("No member is known to hold other data than the others.")


def caught_up(seen: Look) -> Check:
    """Every member, learners too, has what the furthest has."""
    slow = [one for one in seen.members if one.status and seen.lag(one) > LAG]
    if slow:
        named = ", ".join(f"{one.label} by {seen.lag(one)} entries" for one in slow)
        return failed(f"Still catching up: {named}.")
    return ok("Every member that answers has caught up with the others.")


def others_hold(seen: Look, member: MemberLook, *, pause: bool) -> Check:
    """The others are a quorum while this one answers nothing."""
    if member.learner:
        return ok("A learner has no vote: the others do not need it.")
    others = [one for one in seen.voters if one.status and one.id != member.id]
    counted = f"{len(others)} of {len(seen.voters)} members go on, {seen.quorum} are needed"
    if len(others) >= seen.quorum:
        return ok(f"Without {member.label} {counted}.")
    words = f"Without {member.label} only {counted}: the store answers nothing meanwhile"
    if pause:
        return Check(state="warning", words=f"{words}, which was allowed.")
    return failed(f"{words}. Allow a pause when you begin, at a quiet hour.")


def reachable(member: MemberLook) -> Check:
    """We know where to ask it."""
    if member.endpoint:
        return ok(f"{member.label} is asked at {member.endpoint}.")
    return failed(f"{member.label}: {member.failure}. Add its client URL to the connection.")


def room(member: MemberLook) -> Check:
    """The copy fits beside the file, by the room that its quota promises."""
    need, size = said(member.in_use), said(member.size)
    words = f"{member.label} writes a copy of {need} beside its file of {size}"
    if member.quota is None:
        return Check(state="warning", words=f"{words}: see that its disk has {need} free.")
    if member.size + member.in_use > member.quota:
        more = f"more together than its quota of {said(member.quota)}: see that the disk has {need}"
        return Check(state="warning", words=f"{words}, {more} free.")
    return ok(f"{words}, together less than its quota of {said(member.quota)}.")
