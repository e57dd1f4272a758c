"""How a job or a cron job stands, as ``kubectl get`` counts it."""

from __future__ import annotations

from integrations.kubernetes.models.meta import find_condition
from integrations.kubernetes.models.workloads import CronJob, Job
from integrations.kubernetes.summaries.workload_health import WorkloadHealth, WorkloadSummary

__all__ = ["cron_job", "is_queue", "job", "job_readiness"]


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
    counted = _pods(done) if is_queue(workload) else f"{done} of {desired}"
    if find_condition(status.conditions, "Complete", "True") is not None:
        return words.stated(WorkloadHealth.COMPLETE, f"Completed, {counted}{lost}")
    if spec.suspend:
        so_far = f", {counted} done" if done else ""
        return words.stated(WorkloadHealth.SUSPENDED, f"Is suspended{so_far}{lost}")
    return _running(workload, words, f"{counted} done, {status.active} active{lost}")


def _running(workload: Job, words: WorkloadSummary, counted: str) -> WorkloadSummary:
    """One that has not ended. Its controller may have decided already how it will, and ends what
    still runs: kubectl's ``FailureTarget`` and ``SuccessCriteriaMet``."""
    status = workload.status
    failing = find_condition(status.conditions, "FailureTarget", "True")
    if failing is not None:
        why = (failing.message or failing.reason).rstrip(".")
        return words.stated(WorkloadHealth.DEGRADED, f"Is failing: {why}; {counted}")
    if find_condition(status.conditions, "SuccessCriteriaMet", "True") is not None:
        met = f"Has met its criteria of success; {counted}"
        return words.stated(WorkloadHealth.RUNNING, met)
    tries = f", {status.failed} failed attempt{'s' if status.failed != 1 else ''}"
    if status.failed or status.failed_indexes:
        also = tries if status.failed else ""
        return words.stated(WorkloadHealth.DEGRADED, f"Runs: {counted}{also}")
    if workload.spec.parallelism == 0 and not status.active:
        return words.stated(
            WorkloadHealth.RUNNING, f"Starts no pod, its parallelism is 0; {counted}"
        )
    return words.stated(WorkloadHealth.RUNNING, f"Runs: {counted}")


def is_queue(workload: Job) -> bool:
    """Whether it asks for no number of successes: its pods agree on when they are done."""
    spec = workload.spec
    return spec.completions is None and spec.parallelism is not None


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
