"""Workloads ⋈ their pods' trouble: the reason a deployment is short is a pod's reason.

Kept up change by change. A pod belongs to its controller; a replica set's pods count for
its deployment, a job's for its cron job too. A change costs the rows it can alter.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from backend.features.workloads.project import workload_row
from backend.features.workloads.rows import WorkloadRow
from backend.live.feed import MemoryFeed
from integrations.contract import State
from integrations.kubernetes import WorkQueue
from integrations.kubernetes.kinds import kind_of
from integrations.kubernetes.models.meta import Meta, controller
from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.summaries.pods import pod_summary

__all__ = ["SHOWN", "PodListener", "WorkloadJoin", "WorkloadListener"]

SHOWN = ("deployments", "statefulsets", "daemonsets", "jobs", "cronjobs", "replicasets")
"""The kinds of the `workloads` collection (replica sets only where nothing owns them)."""


class Trouble(NamedTuple):
    """What is wrong with one pod."""

    pod: str
    reason: str


class WorkloadJoin:
    """The workloads of one cluster; keys are ``plural/namespace/name``."""

    def __init__(self, cluster: str, feeds: dict[str, MemoryFeed[WorkloadRow]]) -> None:
        self.feeds = feeds
        self._cluster = cluster
        self._rows: dict[str, WorkloadRow] = {}
        self._parents: dict[str, str] = {}
        self._children: dict[str, set[str]] = {}
        self._trouble: dict[str, dict[str, Trouble]] = {}
        self._pods: dict[str, str] = {}
        self._dirty = WorkQueue(self._make)

    def workload_changed(self, plural: str, key: str, workload: Any) -> None:
        """A workload is new or different."""
        own = f"{plural}/{key}"
        self._rows[own] = workload_row(self._cluster, plural, workload)
        self._adopt(own, _controller_key(workload.metadata))

    def workload_gone(self, plural: str, key: str) -> None:
        """A workload is no more."""
        own = f"{plural}/{key}"
        self._rows.pop(own, None)
        self._adopt(own, "")

    def pod_changed(self, key: str, pod: Pod) -> None:
        """A pod is new or different."""
        words = pod_summary(pod)
        owner = _controller_key(pod.metadata)
        if self._pods.get(key, owner) != owner:
            self.pod_gone(key)
        if words.healthy or not owner:
            self.pod_gone(key)
            return
        self._pods[key] = owner
        trouble = Trouble(pod.metadata.name, words.reason or words.status)
        held = self._trouble.setdefault(owner, {})
        if held.get(key) != trouble:
            held[key] = trouble
            self._mark(owner)

    def pod_gone(self, key: str) -> None:
        """A pod is no more, or has no trouble any more."""
        owner = self._pods.pop(key, "")
        held = self._trouble.get(owner)
        if held is None:
            return
        held.pop(key, None)
        if not held:
            del self._trouble[owner]
        self._mark(owner)

    def _adopt(self, own: str, parent: str) -> None:
        """Put `own` below `parent`, and make every row this can alter again."""
        old = self._parents.pop(own, "")
        if old:
            self._children[old].discard(own)
            if not self._children[old]:
                del self._children[old]
        if parent:
            self._parents[own] = parent
            self._children.setdefault(parent, set()).add(own)
        if old and old != parent:
            self._dirty.mark(old)
        self._mark(own)

    def _mark(self, own: str) -> None:
        self._dirty.mark(own)
        parent = self._parents.get(own, "")
        if parent:
            self._dirty.mark(parent)

    def _make(self, own: str) -> None:
        plural, _, key = own.partition("/")
        feed = self.feeds.get(plural)
        if feed is None:
            return
        row = self._rows.get(own)
        if row is None or (plural == "replicasets" and own in self._parents):
            feed.delete(key)
            return
        feed.put(key, _with_trouble(row, self._troubles(own)))

    def _troubles(self, own: str) -> list[Trouble]:
        found = list(self._trouble.get(own, {}).values())
        for child in self._children.get(own, ()):
            found += self._trouble.get(child, {}).values()
        return found


def _with_trouble(row: WorkloadRow, troubles: list[Trouble]) -> WorkloadRow:
    """Only a workload that is not well is explained by its pods: a finished job with one
    failed attempt needs no excuse."""
    if row.healthy or not troubles:
        return row
    first = min(troubles)
    others = len(troubles) - 1
    more = f" (and {others} more pod{'s' if others != 1 else ''})" if others else ""
    return msgspec.structs.replace(row, reason=f"{row.reason}. {first.pod}: {first.reason}{more}")


def _controller_key(meta: Meta) -> str:
    owner = controller(meta)
    kind = kind_of(owner.kind) if owner else None
    if owner is None or kind is None:
        return ""
    return f"{kind.plural}/{meta.namespace}/{owner.name}"


class WorkloadListener:
    """Hears of one kind of workload for a join."""

    def __init__(self, join: WorkloadJoin, plural: str) -> None:
        self._join = join
        self._plural = plural

    def changed(self, key: str, value: Any) -> None:
        """Pass on with its kind."""
        self._join.workload_changed(self._plural, key, value)

    def gone(self, key: str) -> None:
        """Pass on with its kind."""
        self._join.workload_gone(self._plural, key)

    def freshness(self, state: State, message: str) -> None:
        """Rows of a kind are as fresh as its watch."""
        self._join.feeds[self._plural].state(state, message)

    def closed(self) -> None:
        """The connection is gone."""
        self._join.feeds[self._plural].close()


class PodListener:
    """Hears of pods for a join; the pods' own collection tells how fresh they are."""

    def __init__(self, join: WorkloadJoin) -> None:
        self.changed = join.pod_changed
        self.gone = join.pod_gone

    def freshness(self, state: State, message: str) -> None:
        """Said by the pods themselves."""

    def closed(self) -> None:
        """Nothing of it is left."""
