"""A pod's status as kubectl prints it, and the reason in a sentence.

The status word follows kubectl's printer (pkg/printers/internalversion, printPod); the
sentence is ours.
"""

from __future__ import annotations

import time
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from integrations.concern import Concern
from integrations.kubernetes.models.meta import Condition, seconds
from integrations.kubernetes.models.pods import ContainerStatus, Pod, Terminated
from integrations.kubernetes.summaries.deletion import HELD, hindrances, still_there
from integrations.kubernetes.summaries.events import CLOCKS_DIFFER
from integrations.kubernetes.summaries.pod_reasons import PodReason, reason_of

__all__ = ["PodSummary", "pod_summary"]

_NONE: Final[frozenset[str]] = frozenset()
_DONE: Final = frozenset({"Succeeded", "Failed"})
_WELL: Final = frozenset({"Completed", "Succeeded"})


class PodSummary(NamedTuple):
    """`ready` of `containers` are ready; `last_restart` is Unix seconds. `healthy`: runs as
    asked for, or ended well, or is on its way out and nothing holds it. `reason` is empty when
    there is nothing to explain."""

    status: str
    reason: str
    ready: int
    containers: int
    restarts: int
    last_restart: float | None
    healthy: bool
    cause: str = ""
    concern: Concern = Concern.FINE


_newest: list[tuple[Pod, PodSummary]] = []
"""The last pod asked for and what was said of it: at most one."""


class _Tally:
    """What kubectl's printer counts on its way through the containers."""

    def __init__(self, status: str) -> None:
        self.status = status
        self.ready = 0
        self.restarts = 0
        self.sidecar_restarts = 0
        self.last: float | None = None
        self.ahead = False

    def ended(self, container: ContainerStatus) -> None:
        """Remember the last time a container ended."""
        ended = container.last_state.terminated
        moment = seconds(ended.finished_at) if ended else None
        if moment is not None and moment > time.time() + CLOCKS_DIFFER:
            self.ahead = True
            return  # by a clock that is wrong: it would stay the newest of all
        if moment is not None and (self.last is None or moment > self.last):
            self.last = moment


def pod_summary(pod: Pod) -> PodSummary:
    """Everything a row says about the state of `pod`; made once for all who hear of one change
    of a pod, one after the other.

    It reads the clock for one thing: the end of a container that is still to come is the word of
    a machine whose clock is wrong, and no restart. Once that time is there it is one, so what was
    said of such a pod is not kept for the next who asks."""
    if _newest and _newest[0][0] is pod:
        return _newest[0][1]
    tally = _Tally(pod.status.reason or pod.status.phase or "Unknown")
    summary = _summary(pod, tally)
    _newest[:] = [] if tally.ahead else [(pod, summary)]
    return summary


def _summary(pod: Pod, tally: _Tally) -> PodSummary:
    status = pod.status
    for condition in status.conditions:  # a loop: a generator costs more than it looks at
        if condition.reason == "SchedulingGated" and condition.type == "PodScheduled":
            tally.status = "SchedulingGated"
    declared = pod.spec.init_containers
    sidecars = {c.name for c in declared if c.restart_policy == "Always"} if declared else _NONE
    initialising = _init_containers(pod, sidecars, tally)
    if not initialising or _true(status.conditions, "Initialized"):
        _containers(pod, tally)
    if pod.metadata.deletion_timestamp is not None:
        if status.reason == "NodeLost":
            tally.status = "Unknown"
        elif status.phase not in _DONE:
            tally.status = "Terminating"
    total = len(pod.spec.containers) + len(sidecars)
    held = pod.metadata.deletion_timestamp is not None and bool(hindrances(pod, pod.metadata))
    healthy = not held and (
        tally.status in _WELL
        or tally.status == "Terminating"
        or (tally.status == "Running" and tally.ready >= total and _counts(status.conditions))
    )
    why = reason_of(pod, tally.status, healthy=healthy)
    if held:
        why = PodReason(still_there(pod, pod.metadata), HELD, Concern.WARNING)
    return PodSummary(
        status=tally.status,
        reason=why.text,
        ready=tally.ready,
        containers=total,
        restarts=tally.restarts,
        last_restart=tally.last,
        healthy=healthy,
        cause=why.cause,
        concern=why.concern,
    )


def _counts(conditions: list[Condition]) -> bool:
    """Whether services and controllers count it: not when a readiness gate holds it or the
    node controller marked it, though its containers are ready."""
    for condition in conditions:
        if condition.type == "Ready" and condition.status == "False":
            return False
    return True


def _init_containers(pod: Pod, sidecars: AbstractSet[str], tally: _Tally) -> bool:
    for number, container in enumerate(pod.status.init_container_statuses):
        tally.restarts += container.restart_count
        tally.ended(container)
        if container.name in sidecars:
            tally.sidecar_restarts += container.restart_count
        state = container.state
        if state.terminated is not None and state.terminated.exit_code == 0:
            continue
        if container.name in sidecars and container.started:
            tally.ready += container.ready
            continue
        if state.terminated is not None:
            tally.status = "Init:" + (state.terminated.reason or _exit(state.terminated))
        elif state.waiting and state.waiting.reason not in {"", "PodInitializing"}:
            tally.status = "Init:" + state.waiting.reason
        else:
            tally.status = f"Init:{number}/{len(pod.spec.init_containers)}"
        return True
    return False


def _containers(pod: Pod, tally: _Tally) -> None:
    tally.restarts = tally.sidecar_restarts
    running = False
    for container in reversed(pod.status.container_statuses):
        tally.restarts += container.restart_count
        tally.ended(container)
        state = container.state
        if state.waiting is not None and state.waiting.reason:
            tally.status = state.waiting.reason
        elif state.terminated is not None:
            tally.status = state.terminated.reason or _exit(state.terminated)
        elif container.ready and state.running is not None:
            running = True
            tally.ready += 1
    if tally.status == "Completed" and running:
        ready = _true(pod.status.conditions, "Ready")
        tally.status = "Running" if ready else "NotReady"


def _exit(ended: Terminated) -> str:
    return f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}"


def _true(conditions: list[Condition], name: str) -> bool:
    return any(c.type == name and c.status == "True" for c in conditions)
