"""What a pod reserves on its node, as the scheduler counts it."""

from __future__ import annotations

from typing import Final, NamedTuple

from integrations.kubernetes.models.meta import find_condition
from integrations.kubernetes.models.pods import Container, ContainerStatus, PodSpec, PodStatus
from integrations.kubernetes.quantity import parse_quantity

__all__ = ["Requests", "extended_requests", "pod_requests"]


class Requests(NamedTuple):
    """Cores and bytes."""

    cpu: float = 0.0
    memory: float = 0.0

    def plus(self, other: Requests) -> Requests:
        """The sum."""
        return Requests(self.cpu + other.cpu, self.memory + other.memory)

    def most(self, other: Requests) -> Requests:
        """The larger of each."""
        return Requests(max(self.cpu, other.cpu), max(self.memory, other.memory))


NOTHING = Requests()
_OWN: Final = frozenset({"cpu", "memory"})
_newest: list[tuple[PodSpec, PodStatus | None, Requests]] = []


def pod_requests(spec: PodSpec, status: PodStatus | None = None) -> Requests:
    """Containers and sidecars together, or the largest init container where that is more; what
    is asked for the pod as a whole (``spec.resources``) in place of that; plus overhead.

    While a container is resized the most of what is asked, set aside and in force counts; what
    the node cannot give (``Infeasible``) does not. So the sums are the scheduler's
    (k8s.io/component-helpers/resource, `PodRequests`). Counted once for all who hear of one
    change of a pod, one after the other.
    """
    if _newest and _newest[0][0] is spec and _newest[0][1] is status:
        return _newest[0][2]
    requests = _counted(spec, status)
    _newest[:] = [(spec, status, requests)]
    return requests


def _counted(spec: PodSpec, status: PodStatus | None) -> Requests:
    held = _Held(status)
    first, *others = spec.containers or (None,)
    running = held.requests(first) if first else NOTHING
    for container in others:
        running = running.plus(held.requests(container))
    if spec.init_containers:
        running = _with_init(spec.init_containers, running, held)
    if whole := spec.resources.requests:
        asked = _read(whole)
        running = Requests(
            asked.cpu if "cpu" in whole else running.cpu,
            asked.memory if "memory" in whole else running.memory,
        )
    if spec.overhead:
        running = running.plus(_read(spec.overhead))
    return running


def extended_requests(spec: PodSpec) -> dict[str, float]:
    """What a pod reserves besides CPU and memory, by resource: devices, huge pages, local disk."""
    every = (*spec.containers, *spec.init_containers)
    asked = [*(container.resources.requests for container in every), spec.resources.requests]
    names = {name for requests in (*asked, spec.overhead) for name in requests} - _OWN
    return {name: _extended(spec, name) for name in sorted(names)}


def _extended(spec: PodSpec, name: str) -> float:
    def of(requests: dict[str, str]) -> float:
        return parse_quantity(requests.get(name, "0"))

    sidecars, largest = 0.0, 0.0
    for container in spec.init_containers:
        own = of(container.resources.requests)
        largest = max(largest, sidecars + own)
        if container.restart_policy == "Always":
            sidecars += own
    running = sidecars + sum(of(container.resources.requests) for container in spec.containers)
    whole = spec.resources.requests
    return (of(whole) if name in whole else max(running, largest)) + of(spec.overhead)


class _Held:
    """What containers ask for, or hold where that is not the same."""

    def __init__(self, status: PodStatus | None) -> None:
        self._statuses: dict[str, ContainerStatus] = {}
        self._infeasible = False
        if status is None:
            return
        both = [*status.container_statuses, *status.init_container_statuses]
        held = [c for c in both if c.allocated_resources]
        if held:
            self._statuses = {c.name: c for c in held}
            pending = find_condition(status.conditions, "PodResizePending", "True")
            self._infeasible = pending is not None and pending.reason == "Infeasible"

    def requests(self, container: Container) -> Requests:
        asked = container.resources.requests
        held = self._statuses.get(container.name) if self._statuses else None
        if held is None or held.allocated_resources == asked == held.resources.requests:
            return _read(asked)
        present = _read(held.allocated_resources).most(_read(held.resources.requests))
        return present if self._infeasible else present.most(_read(asked))


def _with_init(containers: list[Container], running: Requests, held: _Held) -> Requests:
    sidecars, largest = NOTHING, NOTHING
    for container in containers:
        own = held.requests(container)
        if container.restart_policy == "Always":
            sidecars = sidecars.plus(own)
            largest = largest.most(sidecars)
        else:
            # An init container runs beside the sidecars started before it.
            largest = largest.most(sidecars.plus(own))
    return running.plus(sidecars).most(largest)


def _read(quantities: dict[str, str]) -> Requests:
    if not quantities:
        return NOTHING
    return Requests(
        parse_quantity(quantities.get("cpu", "0")), parse_quantity(quantities.get("memory", "0"))
    )
