"""When a row of another collection is a problem, and in which words.

A rule gets a row and gives a `ProblemRow` (its `since` is set by `derive`) or None. Rules
read the other feature's row by its documented fields only, named here, never its module; a
row without one of them is refused when the console starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import quote

from backend.features.overview.rows import ProblemRow

__all__ = [
    "Machine",
    "Member",
    "Pod",
    "Workload",
    "machine_problem",
    "member_problem",
    "pod_problem",
    "quorum_problem",
    "workload_problem",
]


class Machine(Protocol):
    """What is read of a row of `machines`."""

    key: str
    cluster: str
    name: str
    status: str
    healthy: bool
    reason: str
    pods: int
    created: float


class Workload(Protocol):
    """What is read of a row of `workloads`."""

    key: str
    cluster: str
    kind: str
    plural: str
    namespace: str
    name: str
    status: str
    healthy: bool
    reason: str
    desired: int
    ready: int
    created: float


class Pod(Protocol):
    """What is read of a row of `pods`."""

    key: str
    cluster: str
    namespace: str
    name: str
    status: str
    healthy: bool
    reason: str
    owner: str
    created: float


class Member(Protocol):
    """What is read of a row of `etcd-members`."""

    key: str
    etcd: str
    name: str
    role: str
    status: str
    healthy: bool
    reason: str


_ERROR, _WARNING = "error", "warning"


def machine_problem(row: Machine) -> ProblemRow | None:
    """A node that is not ready takes its pods with it; pressure is a warning."""
    if row.healthy:
        return None
    down = row.status in {"NotReady", "Unknown"}
    return ProblemRow(
        key=f"machines/{row.key}",
        rank=0 if down else 2,
        severity=_ERROR if down else _WARNING,
        system="kubernetes",
        title=f"Machine {row.name}: {row.reason or row.status}",
        affects=_count(row.pods, "pod"),
        count=row.pods,
        since=None,
        link=_object(row.cluster, "nodes", "", row.name),
        collection="machines",
        target=row.key,
        cluster=row.cluster,
    )


def workload_problem(row: Workload) -> ProblemRow | None:
    """A workload that does not run as asked; worse when nothing of it runs."""
    if row.healthy:
        return None
    nothing = row.ready == 0
    missing = max(0, row.desired - row.ready)
    return ProblemRow(
        key=f"workloads/{row.key}",
        rank=1 if nothing else 2,
        severity=_ERROR if nothing else _WARNING,
        system="kubernetes",
        title=f"{row.kind} {row.namespace}/{row.name}: {row.reason or row.status}",
        affects=f"{row.ready} of {row.desired} ready" if row.desired else "",
        count=missing,
        since=None,
        link=_object(row.cluster, row.plural, row.namespace, row.name),
        collection="workloads",
        target=row.key,
        cluster=row.cluster,
        namespace=row.namespace,
    )


def pod_problem(row: Pod) -> ProblemRow | None:
    """Only a pod nobody owns: an owned one is its workload's problem."""
    if row.healthy or row.owner:
        return None
    return ProblemRow(
        key=f"pods/{row.key}",
        rank=2,
        severity=_WARNING,
        system="kubernetes",
        title=f"Pod {row.namespace}/{row.name}: {row.reason or row.status}",
        affects="",
        count=1,
        since=None,
        link=_object(row.cluster, "pods", row.namespace, row.name),
        collection="pods",
        target=row.key,
        cluster=row.cluster,
        namespace=row.namespace,
    )


def member_problem(row: Member) -> ProblemRow | None:
    """An etcd member that is down, lags or alarms."""
    if row.healthy:
        return None
    return ProblemRow(
        key=f"etcd-members/{row.key}",
        rank=0,
        severity=_ERROR,
        system="etcd",
        title=f"etcd member {row.name}: {row.reason or row.status}",
        affects=f"etcd {row.etcd}",
        count=1,
        since=None,
        link="/key-value",
        collection="etcd-members",
        target=row.key,
        etcd=row.etcd,
    )


def quorum_problem(rows: Sequence[Member]) -> ProblemRow | None:
    """The members of one etcd: a lost quorum is one cause, however many members are down.

    A member without an endpoint of ours counts as up, as in the page's own quorum sentence.
    """
    voters = [row for row in rows if row.role != "learner"]
    down = sum(row.status == "down" for row in voters)
    if not voters or len(voters) - down > len(voters) // 2:
        return None
    name = voters[0].etcd
    title = f"etcd {name} has lost its quorum: {down} of {len(voters)} members are down; "
    affects = "no key can change and reads may be old, for all that keeps its state in it"
    if down == len(voters):
        title = f"etcd {name} cannot be reached: none of its {_count(down, 'member')} answers; "
        affects = "its keys and members are shown as they last were"
    return ProblemRow(
        key=f"etcd/{name}/quorum",
        rank=0,
        severity=_ERROR,
        system="etcd",
        title=title + ("it refuses writes" if down < len(voters) else "nothing can be written"),
        affects=affects,
        count=down,
        since=None,
        link="/key-value",
        collection="etcd-members",
        target="",
        etcd=name,
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}" if number else ""


def _object(cluster: str, kind: str, namespace: str, name: str) -> str:
    parts = (cluster, kind, namespace or "-", name)
    return "/clusters/" + "/".join(quote(part, safe="") for part in parts)
