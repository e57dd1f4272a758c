"""How a workload stands against what was asked for, in one word and one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.kubernetes.models.meta import find_condition
from integrations.kubernetes.models.workloads import (
    CronJob,
    DaemonSet,
    Deployment,
    DeploymentStatus,
    Job,
    ReplicaSet,
    StatefulSet,
)
from integrations.kubernetes.summaries.jobs import cron_job, job
from integrations.kubernetes.summaries.workload_health import WorkloadHealth, WorkloadSummary

__all__ = ["workload_summary"]


def workload_summary(workload: Any) -> WorkloadSummary:
    """The words for any of the workload kinds."""
    return _BY_MODEL[type(workload)](workload)


def _deployment(workload: Deployment) -> WorkloadSummary:
    status, spec = workload.status, workload.spec
    words = _replicated(
        spec.replicas,
        status.ready_replicas,
        status.updated_replicas,
        observed=status.observed_generation >= workload.metadata.generation,
        extra=status.replicas - status.updated_replicas,
        made=status.replicas,
        available=status.available_replicas if spec.min_ready_seconds else None,
    )
    if spec.paused and words.health in {WorkloadHealth.PROGRESSING, WorkloadHealth.HEALTHY}:
        health = WorkloadHealth.SUSPENDED
        if words.ready < words.desired <= status.replicas:
            # Nobody paused the pods there are: that they do not work is no rollout's matter.
            health = WorkloadHealth.FAILED if words.ready == 0 else WorkloadHealth.DEGRADED
        return _besides(words, health, "the rollout is paused", "Paused")
    stuck = find_condition(status.conditions, "Progressing", "False")
    if stuck is not None and stuck.reason == "ProgressDeadlineExceeded":
        health = WorkloadHealth.FAILED if words.ready == 0 else WorkloadHealth.DEGRADED
        return _besides(words, health, "the rollout is stuck", "Rollout is stuck")
    return _made(words, status)


def _made(words: WorkloadSummary, status: DeploymentStatus) -> WorkloadSummary:
    """The same, unless pods cannot be made (a quota, an admission refuses them)."""
    failure = find_condition(status.conditions, "ReplicaFailure", "True")
    if failure is None:
        return words
    health = WorkloadHealth.FAILED if words.ready == 0 else WorkloadHealth.DEGRADED
    why = failure.message or failure.reason
    return _besides(words, health, why, "Pods cannot be made")


def _besides(
    words: WorkloadSummary, health: WorkloadHealth, also: str, kind: str
) -> WorkloadSummary:
    told = f"{also[:1].upper()}{also[1:]}"
    reason = f"{words.reason}; {also}"
    return words._replace(health=health, reason=reason, cause=told, also=also, kind=kind)


def _replica_set(workload: ReplicaSet) -> WorkloadSummary:
    status = workload.status
    words = _replicated(
        workload.spec.replicas,
        status.ready_replicas,
        status.replicas,
        observed=status.observed_generation >= workload.metadata.generation,
        made=status.replicas,
    )
    return _made(words, status)


def _stateful_set(workload: StatefulSet) -> WorkloadSummary:
    status, spec = workload.status, workload.spec
    # `updatedReplicas` is left out once a rollout is complete and both revisions are equal.
    same = status.current_revision == status.update_revision
    updated = status.replicas if same else status.updated_replicas
    kept = spec.update_strategy.rolling_update.partition
    due, held = spec.replicas, ""
    if spec.update_strategy.type == "OnDelete":
        due, held = 0, "OnDelete: a pod is updated when it is deleted"
    elif kept:
        due, held = max(0, spec.replicas - kept), f"partition {kept}"
    return _replicated(
        spec.replicas,
        status.ready_replicas,
        updated,
        observed=status.observed_generation >= workload.metadata.generation,
        available=status.available_replicas if spec.min_ready_seconds else None,
        due=due,
        held=held,
    )


def _daemon_set(workload: DaemonSet) -> WorkloadSummary:
    status, spec = workload.status, workload.spec
    by_hand = spec.update_strategy.type == "OnDelete"
    return _replicated(
        status.desired_number_scheduled,
        status.number_ready,
        status.updated_number_scheduled,
        observed=status.observed_generation >= workload.metadata.generation,
        unit="node",
        available=status.number_available if spec.min_ready_seconds else None,
        due=0 if by_hand else None,
        held="OnDelete: a pod is updated when it is deleted" if by_hand else "",
    )


def _replicated(
    desired: int,
    ready: int,
    updated: int,
    *,
    observed: bool,
    extra: int = 0,
    made: int | None = None,
    unit: str = "replica",
    available: int | None = None,
    due: int | None = None,
    held: str = "",
) -> WorkloadSummary:
    """A rollout is complete when its controller says so (``kubectl rollout status``): when `due`
    pods (all of them, unless `held` says why fewer) are of the newest revision. `made`: how
    many pods there are; `available`: how many were ready for long enough (min-ready)."""
    due = desired if due is None else due
    words = WorkloadSummary(desired, ready, updated, WorkloadHealth.HEALTHY, "")
    plural = "" if desired == 1 else "s"
    counted = (
        f"{ready} of {desired} {unit}{plural} ready"
        if unit == "replica"
        else f"Ready on {ready} of {desired} {unit}{plural}"
    )
    if desired == 0:
        none = "Scaled to zero" if unit == "replica" else "No node is selected"
        return words.stated(WorkloadHealth.IDLE, none)
    if updated < due or extra > 0 or not observed:
        rolled = f"Rolling out, {updated} of {due} updated"
        cause, kind = rolled, "Rolling out"
        if made == 0:
            cause, kind = "Waits for its pods: none is made yet", "Waits for its pods"
        reason = f"{rolled}; {counted[0].lower()}{counted[1:]}"
        health = WorkloadHealth.PROGRESSING
        return words._replace(health=health, reason=reason, cause=cause, kind=kind)
    if ready < desired:
        missing = desired - ready
        cause = f"Waits for {missing} pod{'' if missing == 1 else 's'} to be ready"
        health = WorkloadHealth.FAILED if ready == 0 else WorkloadHealth.DEGRADED
        return words._replace(health=health, reason=counted, cause=cause, kind="Not ready")
    if available is not None and available < desired:
        waiting = desired - available
        cause = f"Waits until {waiting} pod{'' if waiting == 1 else 's'} stayed ready long enough"
        health = WorkloadHealth.PROGRESSING
        return words._replace(
            health=health, reason=f"{counted}; {cause.lower()}", cause=cause, kind="Min-ready time"
        )
    if held and updated < desired:
        cause = f"{updated} of {desired} updated ({held})"
        return words._replace(reason=f"{counted}, {cause}", cause=cause)
    return words._replace(reason=counted)


_BY_MODEL: dict[type[Any], Callable[[Any], WorkloadSummary]] = {
    Deployment: _deployment,
    ReplicaSet: _replica_set,
    StatefulSet: _stateful_set,
    DaemonSet: _daemon_set,
    Job: job,
    CronJob: cron_job,
}
