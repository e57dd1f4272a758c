"""What is said of any workload: counts, a state, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from integrations.concern import Concern

__all__ = ["WorkloadHealth", "WorkloadSummary"]


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
