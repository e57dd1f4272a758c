"""When a row of another collection is a problem, and in which words.

A rule gets a row and gives a `ProblemRow` (its `since` is set by `derive`) or None. Rules
read the other feature's row by its documented fields only, named in `read`, never its module;
a row without one of them is refused when the console starts.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from backend.features.overview.gateway import RouteRow
from backend.features.overview.held import HeldRow
from backend.features.overview.read import Claim, Machine, Pod, Service, Volume, Workload
from backend.features.overview.rows import ProblemRow
from integrations.concern import Concern
from integrations.contract import Severity
from integrations.kubernetes.summaries.deletion import HELD

__all__ = [
    "claim_problem",
    "counted",
    "held_problem",
    "ingress_problem",
    "machine_problem",
    "pod_problem",
    "route_problem",
    "service_problem",
    "volume_problem",
    "workload_problem",
]

_WARNING: Final = 3
_TERMINATING: Final = "Terminating"
_SILENT: Final = frozenset({"No endpoints", "Unreachable"})
"""States of a service of whom nobody hears."""
_SEVERITY: Final[dict[Concern, Severity]] = {Concern.ERROR: "error", Concern.WARNING: "warning"}


def machine_problem(row: Machine) -> ProblemRow | None:
    """A node that is not ready takes its pods with it; pressure is a warning."""
    if row.healthy:
        return None
    down = row.concern == Concern.ERROR
    return _of(
        row,
        "machines",
        rank=0 if down else 2,
        kind="Node",
        resource="nodes",
        link=_object(row.cluster, "nodes", "", row.name),
        cause="Machine does not work" if down else row.status,
        affects=counted(row.pods, "pod"),
        count=row.pods,
    )


def workload_problem(row: Workload) -> ProblemRow | None:
    """A workload that does not run as asked; worse when nothing of it runs. Of its deletion `held`
    tells, as of that of everything else."""
    if row.healthy or row.status == _TERMINATING:
        return None
    missing = max(0, row.desired - row.ready)
    return _of(
        row,
        "workloads",
        rank=1 if row.ready == 0 and row.concern == Concern.ERROR else 2,
        kind=row.kind,
        resource=row.plural,
        link=_object(row.cluster, row.plural, row.namespace, row.name),
        namespace=row.namespace,
        cause=row.cause or row.status,
        affects=_missing(row, missing),
        count=missing,
    )


def pod_problem(row: Pod) -> ProblemRow | None:
    """A pod that is not well. Of an owned one it is its workload's problem, where that has a
    row: see `derive`. One whose deletion is held is told as such: see `held`."""
    if row.healthy or row.cause == HELD:
        return None
    return _of(
        row,
        "pods",
        rank=2,
        kind="Pod",
        link=_object(row.cluster, "pods", row.namespace, row.name),
        namespace=row.namespace,
        cause=row.cause or row.status,
        affects=_of_owner(row),
        count=1,
    )


def _of_owner(row: Pod) -> str:
    """``of Cluster pg (postgresql.cnpg.io)``; empty for a pod that nothing made."""
    if not row.owner:
        return ""
    if row.owner_kind == "Node" and not row.owner_group:
        return f"static pod of Node {row.owner}"
    group = f" ({row.owner_group})" if "." in row.owner_group else ""
    return f"of {row.owner_kind} {row.owner}{group}"


def claim_problem(row: Claim) -> ProblemRow | None:
    """A claim that cannot be bound, or has lost its volume: the pods that use it wait. Of its
    deletion `held` tells."""
    if row.healthy or row.status == _TERMINATING:
        return None
    return _of(
        row,
        "persistentvolumeclaims",
        rank=1,
        kind="PersistentVolumeClaim",
        link=_object(row.cluster, "persistentvolumeclaims", row.namespace, row.name),
        namespace=row.namespace,
        cause="Volume is lost" if row.status == "Lost" else "Claim cannot be bound",
        affects="pods that use it wait",
        count=1,
    )


def volume_problem(row: Volume) -> ProblemRow | None:
    """A volume that failed: what it holds may be lost. Of its deletion `held` tells."""
    if row.healthy or row.status == _TERMINATING:
        return None
    return _of(
        row,
        "persistentvolumes",
        rank=1,
        kind="PersistentVolume",
        link=_object(row.cluster, "persistentvolumes", "", row.name),
        cause=f"Volume is {row.status}",
        affects=f"claim {row.claim}" if row.claim else "",
        count=1,
    )


def service_problem(row: Service) -> ProblemRow | None:
    """A service behind which nothing answers, or that waits for its address."""
    if row.healthy or row.status == _TERMINATING:
        return None
    return _of(
        row,
        "services",
        rank=2 if row.concern == Concern.ERROR else 3,
        kind="Service",
        link=_object(row.cluster, "services", row.namespace, row.name),
        namespace=row.namespace,
        cause="Load balancer is pending" if row.status == "Pending" else row.status,
        affects="nothing answers behind it" if row.status in _SILENT else "",
        count=1,
    )


def ingress_problem(row: Service) -> ProblemRow | None:
    """An ingress that leads to what does not exist: whoever asks is answered with an error."""
    if row.healthy or row.status == _TERMINATING:
        return None
    return _of(
        row,
        "ingresses",
        rank=2,
        kind="Ingress",
        link=_object(row.cluster, "ingresses", row.namespace, row.name),
        namespace=row.namespace,
        cause="Backend is missing" if row.status == "Unresolved" else row.status,
        affects="requests are answered with an error" if row.status == "Unresolved" else "",
        count=1,
    )


def held_problem(row: HeldRow) -> ProblemRow:
    """A deletion that finalizers hold."""
    return ProblemRow(
        key=f"held/{row.key}",
        rank=3,
        severity="warning",
        system="kubernetes",
        kind=row.kind,
        name=row.name,
        reason=row.reason,
        cause=HELD if row.held else "Deletion does not end",
        affects="it stays until what holds it is done" if row.held else "",
        count=1,
        since=row.since,
        link=_object(row.cluster, row.plural, row.namespace, row.name),
        collection=row.plural,
        target="",
        cluster=row.cluster,
        namespace=row.name if row.plural == "namespaces" else row.namespace,
        resource=row.plural,
        seen=row.since,
    )


def route_problem(row: RouteRow) -> ProblemRow:
    """A route of the Gateway API that what it is attached to has not taken, or not wholly."""
    none = row.status in {"NotAccepted", "Pending"}
    return ProblemRow(
        key=f"routes/{row.key}",
        rank=2 if none else 3,
        severity="error" if none else "warning",
        system="kubernetes",
        kind=row.kind,
        name=row.name,
        reason=row.reason,
        cause="Route is not taken" if none else row.status,
        affects="no request comes to it" if none else "",
        count=1,
        since=None,
        link=_object(row.cluster, row.plural, row.namespace, row.name),
        collection=row.plural,
        target="",
        cluster=row.cluster,
        namespace=row.namespace,
        resource=row.plural,
    )


def _missing(row: Workload, missing: int) -> str:
    """Of what keeps pods running; a job asks for successes."""
    if not missing or row.kind in {"Job", "CronJob"}:
        return ""
    return f"{missing} of {counted(row.desired, 'pod')} missing"


def counted(number: int, word: str) -> str:
    """``3 pods``; empty for none."""
    return f"{number} {word}{'' if number == 1 else 's'}" if number else ""


def _severity(row: Any) -> Severity:
    return _SEVERITY.get(row.concern, "warning")


def _of(
    row: Any,
    collection: str,
    *,
    rank: int,
    kind: str,
    link: str,
    cause: str,
    count: int,
    affects: str = "",
    namespace: str = "",
    resource: str = "",
) -> ProblemRow:
    severity = _severity(row)
    return ProblemRow(
        key=f"{collection}/{row.key}",
        # Whatever it is of: a warning never stands above what does not work.
        rank=rank if severity == "error" else max(rank, _WARNING),
        severity=severity,
        system="kubernetes",
        kind=kind,
        name=row.name,
        reason=row.reason or row.status,
        cause=cause,
        affects=affects,
        count=count,
        since=None,
        link=link,
        collection=collection,
        target=row.key,
        cluster=row.cluster,
        namespace=namespace,
        resource=resource or collection,
    )


def _object(cluster: str, kind: str, namespace: str, name: str) -> str:
    parts = (cluster, kind, namespace or "-", name)
    return "/clusters/" + "/".join(quote(part, safe="") for part in parts)
