"""Workloads ⋈ their pods' trouble: the reason a deployment is short is a pod's reason.

A pod belongs to its controller; a replica set's pods count for its deployment, a job's for
its cron job too. So it takes two steps: each workload with the trouble of its own pods, then
each with that of the workloads below it. A change costs the rows it can alter.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import msgspec

from backend.features.workloads.collections import WORKLOADS
from backend.features.workloads.project import TERMINATING, workload_row
from backend.features.workloads.rows import WorkloadRow
from backend.live.derive import Derived, DerivedTable, Input, One
from backend.live.row import Row
from backend.live.table import Table
from integrations.concern import Concern
from integrations.contract import Feed
from integrations.kubernetes.kinds import kind_of
from integrations.kubernetes.models.meta import Meta, controller
from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.summaries.pods import pod_summary
from integrations.kubernetes.summaries.since import pod_since
from integrations.kubernetes.summaries.workload_health import WorkloadHealth

__all__ = ["SHOWN", "Workloads"]

SHOWN = ("deployments", "statefulsets", "daemonsets", "jobs", "cronjobs", "replicasets")
"""The kinds of the `workloads` collection (replica sets only where nothing owns them)."""


class _Workload(Row, frozen=True):
    """A workload, and the key and uid of the one that made it (empty: nothing did)."""

    row: WorkloadRow
    parent: str
    parent_uid: str


class _Trouble(Row, frozen=True):
    """What is wrong with one pod of the workload `owner`; one made again under its name is
    another."""

    owner: str
    owner_uid: str
    pod: str
    reason: str
    cause: str
    concern: int
    since: float | None
    ended: bool


class _Troubled(Row, frozen=True):
    """A workload with the trouble of its own pods."""

    row: WorkloadRow
    parent: str
    parent_uid: str
    troubles: tuple[_Trouble, ...]


class Workloads:
    """The workloads of every cluster: `rows` is the collection's source."""

    def __init__(self) -> None:
        self._workloads: Table[_Workload] = Table("workloads as they are")
        self._troubles: Table[_Trouble] = Table("troubled pods")
        troubled: DerivedTable[_Troubled] = DerivedTable(
            "workloads with their pods' trouble",
            inputs=(One(self._workloads), Input(self._troubles, by=_owner)),
            row=_troubled,
        )
        self.rows = Derived(
            WORKLOADS, inputs=(One(troubled), Input(troubled, by=_parent)), row=_explained
        )

    def feeds(self, cluster: str) -> dict[str, Feed[Any]]:
        """The feeds that keep one cluster's workloads, by kind."""
        within, name = ("cluster", cluster), f"kubernetes/{cluster}"
        pods = self._troubles.feed(f"{name}/pods", partial(_trouble, cluster), within=within)
        feeds: dict[str, Feed[Any]] = {"pods": pods}
        for plural in SHOWN:
            make = partial(_workload, cluster, plural)
            feeds[plural] = self._workloads.feed(f"{name}/{plural}", make, within=within)
        return feeds


def _workload(cluster: str, plural: str, workload: Any) -> _Workload:
    row = workload_row(cluster, plural, workload)
    parent, uid = _controller_of(cluster, workload.metadata)
    return _Workload(row.key, row, parent, uid)


def _trouble(cluster: str, pod: Pod) -> _Trouble | None:
    """None for a pod that is well, or that has no workload."""
    meta, summary = pod.metadata, pod_summary(pod)
    if summary.healthy:
        return None
    owner, uid = _controller_of(cluster, meta)
    if not owner:
        return None
    key = f"{cluster}/{meta.namespace}/{meta.name}"
    cause = summary.cause or summary.status
    reason = summary.reason or summary.status
    since, ended = pod_since(pod), pod.status.phase == "Failed"
    return _Trouble(key, owner, uid, meta.name, reason, cause, summary.concern, since, ended)


def _controller_of(cluster: str, meta: Meta) -> tuple[str, str]:
    """Key and uid of the workload that made it; empty for what something else made."""
    owner = controller(meta)
    kind = kind_of(owner.api_version, owner.kind) if owner else None
    if owner is None or kind is None or kind.plural not in SHOWN:
        return ("", "")
    return (f"{cluster}/{kind.plural}/{meta.namespace}/{owner.name}", owner.uid)


def _same(uid: str, asked: str) -> bool:
    """Whether they are of one object, as far as both are known."""
    return not uid or not asked or uid == asked


def _owner(trouble: _Trouble) -> tuple[str, ...]:
    return (trouble.owner,)


def _parent(workload: _Troubled) -> tuple[str, ...]:
    return (workload.parent,) if workload.parent else ()


def _troubled(
    key: str, workload: _Workload | None, troubles: Sequence[_Trouble]
) -> _Troubled | None:
    if workload is None:
        return None
    mine = tuple(t for t in troubles if _same(workload.row.uid, t.owner_uid))
    return _Troubled(key, workload.row, workload.parent, workload.parent_uid, mine)


def _explained(
    _key: str, own: _Troubled | None, children: Sequence[_Troubled]
) -> WorkloadRow | None:
    if own is None or (own.row.plural == "replicasets" and own.parent):
        return None
    troubles = [*own.troubles]
    for child in children:
        if _same(own.row.uid, child.parent_uid):
            troubles += child.troubles
    return _with_trouble(own.row, troubles)


def _with_trouble(row: WorkloadRow, troubles: Sequence[_Trouble]) -> WorkloadRow:
    """Only a workload that is not well is explained by its pods, by the worst of them: a
    finished job with one failed attempt needs no excuse."""
    if row.status == _RUNNING and any(_stuck(t) for t in troubles):
        # A job's controller waits for its pods for ever: that they cannot run only they tell.
        row = msgspec.structs.replace(row, status=_DEGRADED, healthy=False, concern=Concern.WARNING)
    if row.healthy or row.status == TERMINATING or not troubles:
        return row
    first = min(troubles, key=lambda t: (t.concern, t.ended, t.pod, t.reason))
    if first.concern >= Concern.PROGRESS and row.cause not in _VAGUE:
        return row
    return msgspec.structs.replace(
        row,
        reason=_cause_in_words(first, troubles),
        cause=first.cause,
        culprit=first.pod,
        concern=min(row.concern, first.concern) if row.ready == 0 else row.concern,
        since=_since(row, [trouble for trouble in troubles if trouble.cause == first.cause]),
    )


def _stuck(trouble: _Trouble) -> bool:
    """Whether the pod cannot run as it is; one that ran and failed its job counts by itself."""
    return trouble.concern == Concern.ERROR and not trouble.ended


def _since(row: WorkloadRow, alike: Sequence[_Trouble]) -> float | None:
    """When the first of its pods stopped being well, where each tells; else when its controller
    gave up on it."""
    moments = [trouble.since for trouble in alike]
    known = [moment for moment in (*moments, row.since) if moment is not None]
    return row.since if None in moments else min(known)


def _cause_in_words(first: _Trouble, troubles: Sequence[_Trouble]) -> str:
    """The pod's cause and how many share it. That a rollout is stuck for it goes without saying."""
    alike = sum(trouble.cause == first.cause for trouble in troubles)
    others = len(troubles) - alike
    parts = [f"{first.reason} ({alike} pods)" if alike > 1 else first.reason]
    parts += [f"{others} more otherwise not well"] if others else []
    return "; ".join(parts)


_RUNNING: Final = WorkloadHealth.RUNNING.value
_DEGRADED: Final = WorkloadHealth.DEGRADED.value
_STUCK: Final = "Rollout is stuck"
_VAGUE: Final = frozenset({"", "Not ready", "Rolling out", "Waits for its pods", _STUCK})
"""Causes that a pod on its way explains better."""
