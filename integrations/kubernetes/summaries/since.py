"""Since when an object is not as it was asked for, by its own word: Unix seconds.

Asked of what is not well only. None where the object does not tell: what comes and goes (a
container that crashes, runs and crashes again) tells of its last turn, not of the beginning. A time
that cannot have been yet tells nothing either.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from integrations.kubernetes.models.core import Node
from integrations.kubernetes.models.meta import Condition, find_condition, seconds
from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.models.workloads import CronJob, Deployment, Job, ReplicaSet
from integrations.kubernetes.summaries.conditions import wrong_on_a_node
from integrations.kubernetes.summaries.events import CLOCKS_DIFFER

__all__ = ["node_since", "pod_since", "workload_since"]

_LOOPS = "CrashLoopBackOff"


def node_since(node: Node) -> float | None:
    """When it stopped being ready; of one that is, when the first of what is wrong began."""
    conditions = node.status.conditions
    ready = next((c for c in conditions if c.type == "Ready"), None)
    if ready is None or ready.status != "True":
        return _first([ready] if ready else [])
    return _first(c for c in conditions if wrong_on_a_node(c))


def pod_since(pod: Pod) -> float | None:
    """Since when it waits for a machine, its init containers or to be ready."""
    conditions = pod.status.conditions
    for name in ("PodScheduled", "Initialized"):
        waits = find_condition(conditions, name, "False")
        if waits is not None:
            return _first([waits])
    containers = pod.status.container_statuses
    if any(c.state.waiting is not None and c.state.waiting.reason == _LOOPS for c in containers):
        return None
    unready = find_condition(conditions, "Ready", "False")
    return _first([unready] if unready else [])


def workload_since(workload: object) -> float | None:
    """When its controller gave up on it, or its last run was due. Whether enough of its pods are
    available comes and goes with them: they are asked for that."""
    if isinstance(workload, CronJob):
        last = seconds(workload.status.last_schedule_time)
        return last if last is not None and last <= time.time() + CLOCKS_DIFFER else None
    if not isinstance(workload, Deployment | ReplicaSet | Job):
        return None
    wrong = (("Progressing", "False"), ("ReplicaFailure", "True"), ("Failed", "True"))
    conditions = workload.status.conditions
    found = (find_condition(conditions, name, status) for name, status in wrong)
    return _first(one for one in found if one is not None)


def _first(conditions: Iterable[Condition]) -> float | None:
    """When the first of them came to be as it is; None where one does not tell."""
    moments = [seconds(condition.last_transition_time) for condition in conditions]
    latest = time.time() + CLOCKS_DIFFER
    known = [moment for moment in moments if moment is not None and moment <= latest]
    return min(known) if known and len(known) == len(moments) else None
