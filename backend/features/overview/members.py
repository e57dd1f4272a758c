"""When members of an etcd are a problem, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from backend.features.overview.read import Member
from backend.features.overview.rows import ProblemRow
from backend.features.overview.rules import counted
from integrations.etcd.signals import FRAGMENTED_ABOVE

__all__ = ["member_problem", "quorum_problem"]

_LINK = "/key-value"


def member_problem(row: Member) -> ProblemRow | None:
    """An etcd member that is down, lags or alarms."""
    if row.healthy:
        return _fragmented(row)
    return ProblemRow(
        key=f"etcd-members/{row.key}",
        rank=0,
        severity="error",
        system="etcd",
        kind="etcd member",
        name=row.name,
        reason=row.reason or row.status,
        cause=f"Member is {row.status}",
        affects=f"etcd {row.etcd}",
        count=1,
        since=None,
        link=_LINK,
        collection="etcd-members",
        target=row.key,
        etcd=row.etcd,
        guide=_guide_of(row),
    )


def _fragmented(row: Member) -> ProblemRow | None:
    """Its file is mostly free space that the disk does not get back, by etcd's own limits."""
    size, used = row.db_size, row.db_in_use
    if not size or not used or used <= FRAGMENTED_ABOVE or 2 * used >= size:
        return None
    return ProblemRow(
        key=f"etcd-members/{row.key}",
        rank=3,
        severity="warning",
        system="etcd",
        kind="etcd member",
        name=row.name,
        reason=f"Only {100 * used // size} % of its file is in use",
        cause="Member is fragmented",
        affects=f"etcd {row.etcd}",
        count=1,
        since=None,
        link=_LINK,
        collection="etcd-members",
        target=row.key,
        etcd=row.etcd,
        guide=_guide(row.etcd, "defragment"),
    )


def _guide_of(row: Member) -> str:
    """What to do about a member that is full, or lost while the others go on."""
    if "NOSPACE" in row.alarms:
        return _guide(row.etcd, "nospace")
    return _guide(row.etcd, "replace") if row.status == "down" else ""


def _guide(etcd: str, runbook: str) -> str:
    return f"{_LINK}/{quote(etcd, safe='')}/runbooks/{runbook}"


def quorum_problem(rows: Sequence[Member]) -> ProblemRow | None:
    """The members of one etcd: a lost quorum is one cause, however many members are down.

    A member without an endpoint of ours counts as up, as in the page's own quorum sentence.
    """
    voters = [row for row in rows if row.role != "learner"]
    down = sum(row.status == "down" for row in voters)
    if not voters or len(voters) - down > len(voters) // 2:
        return None
    name = voters[0].etcd
    reason = f"Quorum lost: {down} of {len(voters)} members are down, writes are refused"
    affects = "no key can change and reads may be old, for all that keeps its state in it"
    if down == len(voters):
        reason = f"Cannot be reached: none of its {counted(down, 'member')} answers"
        affects = "nothing can be written; keys and members are shown as they last were"
    return ProblemRow(
        key=f"etcd/{name}/quorum",
        rank=0,
        severity="error",
        system="etcd",
        kind="etcd",
        name=name,
        reason=reason,
        cause="Quorum lost",
        affects=affects,
        count=down,
        since=None,
        link=_LINK,
        collection="etcd-members",
        target="",
        etcd=name,
    )
