"""What happened to a cluster between two polls, as events a person can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from integrations.contract import Severity
from integrations.etcd.snapshot import (
    ClusterState,
    MemberCondition,
    MemberState,
    RaftRole,
    quorum_sentence,
)

EVENT_LIMIT: Final = 500
"""Events kept per cluster; older ones leave the live list."""


@dataclass(frozen=True, slots=True)
class EtcdEvent:
    """One change. `at` is Unix seconds; `member` is empty for the whole cluster."""

    key: str
    at: float
    severity: Severity
    reason: str
    member: str
    message: str


def changes(before: ClusterState | None, after: ClusterState) -> Iterator[EtcdEvent]:
    """The events between two states; the first state only tells what is wrong already."""
    found = [*_cluster(before, after), *_members(before, after), *_alarms(before, after)]
    for number, (severity, reason, member, message) in enumerate(found):
        key = f"{after.at:.3f}-{number}"
        yield EtcdEvent(key, after.at, severity, reason, member, message)


_Found = tuple[Severity, str, str, str]


def _cluster(before: ClusterState | None, after: ClusterState) -> Iterator[_Found]:
    had = before is None or before.has_quorum
    if had and not after.has_quorum:
        yield "error", "QuorumLost", "", quorum_sentence(after)
    if before is None:
        return
    if not had and after.has_quorum:
        yield "normal", "QuorumRegained", "", quorum_sentence(after)
    if after.leader_id and after.leader_id != before.leader_id:
        name, old = _name(after, after.leader_id), before.leader_id
        was = f" (was {_name(before, old)})" if old else ""
        yield "warning" if old else "normal", "LeaderChanged", name, f"{name} leads now{was}"


def _members(before: ClusterState | None, after: ClusterState) -> Iterator[_Found]:
    known = {m.id: m for m in before.members} if before else {}
    for member in after.members:
        name = _label(member)
        old = known.get(member.id)
        if old is None:
            if before is not None:
                yield "normal", "MemberAdded", name, f"{name} joined the cluster"
            if member.condition is MemberCondition.DOWN:
                yield "error", "MemberDown", name, f"{name} does not answer: {member.reason}"
            continue
        yield from _one_member(old, member, name)
    now = {m.id for m in after.members}
    for gone in (m for m in known.values() if m.id not in now):
        yield "warning", "MemberRemoved", _label(gone), f"{_label(gone)} left the cluster"


def _one_member(old: MemberState, new: MemberState, name: str) -> Iterator[_Found]:
    if new.condition is MemberCondition.DOWN and old.condition is not MemberCondition.DOWN:
        yield "error", "MemberDown", name, f"{name} does not answer: {new.reason}"
    if old.condition is MemberCondition.DOWN and new.answers:
        yield "normal", "MemberUp", name, f"{name} answers again"
    if old.role is RaftRole.LEARNER and new.role in {RaftRole.FOLLOWER, RaftRole.LEADER}:
        yield "normal", "LearnerPromoted", name, f"{name} is a voting member now"
    if new.differs and not old.differs:
        yield "error", "DataDiffers", name, f"{name} holds other data than the other members"
    if old.version and new.version and old.version != new.version:
        message = f"{name} runs {new.version} now (was {old.version})"
        yield "normal", "VersionChanged", name, message


def _alarms(before: ClusterState | None, after: ClusterState) -> Iterator[_Found]:
    old, new = set(before.alarms) if before else set(), set(after.alarms)
    for name, alarm in sorted(new - old):
        yield "error", "AlarmRaised", name, f"{name} raised {alarm}: {_ALARM_WORDS.get(alarm, '')}"
    if not after.answering:
        return
    for name, alarm in sorted(old - new):
        yield "normal", "AlarmCleared", name, f"the alarm {alarm} of {name} is cleared"


_ALARM_WORDS: Final = {
    "NOSPACE": "the quota is used up, every write is refused until space is freed",
    "CORRUPT": "its data differs from the others, the cluster refuses to serve it",
}


def _name(state: ClusterState, member_id: str) -> str:
    return next((_label(m) for m in state.members if m.id == member_id), member_id)


def _label(member: MemberState) -> str:
    return member.name or member.id
