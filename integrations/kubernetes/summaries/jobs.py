"""How a job or a cron job stands, as ``kubectl get`` counts it."""

from __future__ import annotations

from integrations.kubernetes.models.meta import find_condition
from integrations.kubernetes.models.workloads import CronJob, Job
from integrations.kubernetes.summaries.workload_health import WorkloadHealth, WorkloadSummary

__all__ = ["cron_job", "job", "job_readiness"]


def job(workload: Job) -> WorkloadSummary:
    """A job with `parallelism` alone is a queue: one success ends it, once all its pods have."""
    status, spec = workload.status, workload.spec
    desired = 1 if spec.completions is None else spec.completions
    done = status.succeeded
    words = WorkloadSummary(desired, status.ready, done, WorkloadHealth.RUNNING, "")
    failed = find_condition(status.conditions, "Failed", "True")
    lost = f", {_indexes(status.failed_indexes)} failed" if status.failed_indexes else ""
    if failed is not None:
        why = failed.message or failed.reason
        return words.stated(WorkloadHealth.FAILED, f"Failed: {why.rstrip('.')}{lost}")
    queue = spec.completions is None and spec.parallelism is not None
    counted = _pods(done) if queue else f"{done} of {desired}"
    if find_condition(status.conditions, "Complete", "True") is not None:
        return words.stated(WorkloadHealth.COMPLETE, f"Completed, {counted}{lost}")
    if spec.suspend:
        so_far = f", {counted} done" if done else ""
        return words.stated(WorkloadHealth.SUSPENDED, f"Is suspended{so_far}{lost}")
    tries = f", {status.failed} failed attempt{'s' if status.failed != 1 else ''}"
    reason = f"Runs: {counted} done, {status.active} active{lost}"
    if status.failed:
        return words.stated(WorkloadHealth.DEGRADED, reason + tries)
    if lost:
        return words.stated(WorkloadHealth.DEGRADED, reason)
    return words.stated(WorkloadHealth.RUNNING, reason)


def job_readiness(workload: Job) -> str:
    """``3/8``; of a queue ``0/1 of 5``, as kubectl prints it."""
    spec, done = workload.spec, workload.status.succeeded
    if spec.completions is not None:
        return f"{done}/{spec.completions}"
    at_once = spec.parallelism or 1
    return f"{done}/1 of {at_once}" if at_once > 1 else f"{done}/1"


def _indexes(text: str) -> str:
    single = text.isdigit()
    return f"index {text}" if single else f"indexes {text.replace(',', ', ')}"


def _pods(count: int) -> str:
    return f"{count} pod{'' if count == 1 else 's'}"


def cron_job(workload: CronJob) -> WorkloadSummary:
    """When it runs, and how the last run ended."""
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
