"""How a workload stands against what was asked for, in one word and one sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from integrations.concern import Concern
from integrations.kubernetes.models.meta import Condition
from integrations.kubernetes.models.workloads import (
    CronJob,
    DaemonSet,
    Deployment,
    Job,
    ReplicaSet,
    StatefulSet,
)

__all__ = ["WorkloadHealth", "WorkloadSummary", "workload_summary"]


class WorkloadHealth(StrEnum):
    """The state of a workload."""

    HEALTHY = "Healthy"
    RUNNING = "Running"
    PROGRESSING = "Progressing"
    DEGRADED = "Degraded"
    FAILED = "Failed"
    SUSPENDED = "Suspended"
    IDLE = "Idle"
    COMPLETE = "Complete"


_CONCERN: Final = {
    WorkloadHealth.FAILED: Concern.ERROR,
    WorkloadHealth.DEGRADED: Concern.WARNING,
    WorkloadHealth.PROGRESSING: Concern.PROGRESS,
    WorkloadHealth.RUNNING: Concern.PROGRESS,
    WorkloadHealth.SUSPENDED: Concern.HELD,
    WorkloadHealth.IDLE: Concern.HELD,
    WorkloadHealth.HEALTHY: Concern.FINE,
    WorkloadHealth.COMPLETE: Concern.FINE,
}


class WorkloadSummary(NamedTuple):
    """Counts of pods and the state. `reason` is a whole sentence, without a full stop, for
    where the counts are not shown beside it. `cause` is what a table says beside them (empty:
    the counts say it all) and `also` what holds besides the pods' own trouble; `kind` is the
    kind of cause that other workloads may share."""

    desired: int
    ready: int
    updated: int
    health: WorkloadHealth
    reason: str
    cause: str = ""
    also: str = ""
    kind: str = ""

    @property
    def healthy(self) -> bool:
        """Whether nothing needs an operator's eye."""
        return self.health not in {
            WorkloadHealth.DEGRADED,
            WorkloadHealth.FAILED,
            WorkloadHealth.PROGRESSING,
        }

    @property
    def concern(self) -> Concern:
        """How much it needs one."""
        return _CONCERN[self.health]

    def stated(self, health: WorkloadHealth, cause: str) -> WorkloadSummary:
        """The same counts with a state that `cause` alone explains."""
        return self._replace(health=health, reason=cause, cause=cause, kind=health.value)


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
    )
    if spec.paused and words.health in {WorkloadHealth.PROGRESSING, WorkloadHealth.HEALTHY}:
        return _besides(words, WorkloadHealth.SUSPENDED, "the rollout is paused", "Paused")
    stuck = _find(status.conditions, "Progressing", "False")
    if stuck is not None and stuck.reason == "ProgressDeadlineExceeded":
        health = WorkloadHealth.FAILED if words.ready == 0 else WorkloadHealth.DEGRADED
        return _besides(words, health, "the rollout is stuck", "Rollout is stuck")
    failure = _find(status.conditions, "ReplicaFailure", "True")
    if failure is not None:
        health = WorkloadHealth.FAILED if words.ready == 0 else WorkloadHealth.DEGRADED
        why = failure.message or failure.reason
        return _besides(words, health, why, "Pods cannot be made")
    return words


def _besides(
    words: WorkloadSummary, health: WorkloadHealth, also: str, kind: str
) -> WorkloadSummary:
    told = f"{also[:1].upper()}{also[1:]}"
    reason = f"{words.reason}; {also}"
    return words._replace(health=health, reason=reason, cause=told, also=also, kind=kind)


def _replica_set(workload: ReplicaSet) -> WorkloadSummary:
    status = workload.status
    return _replicated(
        workload.spec.replicas,
        status.ready_replicas,
        status.replicas,
        observed=status.observed_generation >= workload.metadata.generation,
    )


def _stateful_set(workload: StatefulSet) -> WorkloadSummary:
    status = workload.status
    # `updatedReplicas` is left out once a rollout is complete and both revisions are equal.
    same = status.current_revision == status.update_revision
    return _replicated(
        workload.spec.replicas,
        status.ready_replicas,
        status.replicas if same else status.updated_replicas,
        observed=status.observed_generation >= workload.metadata.generation,
    )


def _daemon_set(workload: DaemonSet) -> WorkloadSummary:
    status = workload.status
    return _replicated(
        status.desired_number_scheduled,
        status.number_ready,
        status.updated_number_scheduled,
        observed=status.observed_generation >= workload.metadata.generation,
        unit="node",
    )


def _job(workload: Job) -> WorkloadSummary:
    status, spec = workload.status, workload.spec
    desired = spec.completions if spec.completions is not None else (spec.parallelism or 1)
    done = status.succeeded
    failed = _find(status.conditions, "Failed", "True")
    words = WorkloadSummary(desired, status.ready, done, WorkloadHealth.RUNNING, "")
    if failed is not None:
        why = failed.message or failed.reason
        return words.stated(WorkloadHealth.FAILED, f"Failed: {why.rstrip('.')}")
    if _find(status.conditions, "Complete", "True") is not None:
        return words.stated(WorkloadHealth.COMPLETE, f"Completed, {done} of {desired}")
    if spec.suspend:
        return words.stated(WorkloadHealth.SUSPENDED, "Is suspended")
    tries = f", {status.failed} failed attempt{'s' if status.failed != 1 else ''}"
    reason = f"Runs: {done} of {desired} done, {status.active} active"
    if status.failed:
        return words.stated(WorkloadHealth.DEGRADED, reason + tries)
    return words.stated(WorkloadHealth.RUNNING, reason)


def _cron_job(workload: CronJob) -> WorkloadSummary:
    active = len(workload.status.active)
    words = WorkloadSummary(0, active, 0, WorkloadHealth.HEALTHY, "")
    if workload.spec.suspend:
        return words.stated(WorkloadHealth.SUSPENDED, "Is suspended")
    zone = f" {workload.spec.time_zone}" if workload.spec.time_zone else ""
    schedule = f"Runs at “{workload.spec.schedule}”{zone}"
    last, success = workload.status.last_schedule_time, workload.status.last_successful_time
    if last is None:
        return words.stated(WorkloadHealth.IDLE, f"{schedule}; has not run yet")
    if active:
        return words.stated(WorkloadHealth.HEALTHY, f"{schedule}; {active} running now")
    if success is None or success < last:
        failed = words.stated(WorkloadHealth.DEGRADED, f"The last run did not succeed; {schedule}")
        return failed._replace(kind="Last run did not succeed")
    return words.stated(WorkloadHealth.HEALTHY, f"{schedule}; the last run succeeded")


def _replicated(
    desired: int,
    ready: int,
    updated: int,
    *,
    observed: bool,
    extra: int = 0,
    made: int | None = None,
    unit: str = "replica",
) -> WorkloadSummary:
    """`made`: how many pods there are, where the status says."""
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
    if updated < desired or extra > 0 or not observed:
        rolled = f"Rolling out, {updated} of {desired} updated"
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
    return words._replace(reason=counted)


def _find(conditions: Sequence[Condition], name: str, status: str) -> Condition | None:
    return next((c for c in conditions if c.type == name and c.status == status), None)


_BY_MODEL: dict[type[Any], Callable[[Any], WorkloadSummary]] = {
    Deployment: _deployment,
    ReplicaSet: _replica_set,
    StatefulSet: _stateful_set,
    DaemonSet: _daemon_set,
    Job: _job,
    CronJob: _cron_job,
}
