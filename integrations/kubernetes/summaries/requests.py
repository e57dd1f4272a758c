"""What a pod reserves on its node, as the scheduler counts it."""

from __future__ import annotations

from typing import NamedTuple

from integrations.kubernetes.models.pods import Container, PodSpec
from integrations.kubernetes.quantity import parse_quantity

__all__ = ["Requests", "pod_requests"]


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


def pod_requests(spec: PodSpec) -> Requests:
    """Containers and sidecars together, or the largest init container where that is more,
    plus overhead (Kubernetes' "effective" requests)."""
    running = NOTHING
    for container in spec.containers:
        running = running.plus(_of(container))
    if spec.init_containers:
        running = _with_init(spec.init_containers, running)
    if spec.overhead:
        running = running.plus(_read(spec.overhead))
    return running


def _with_init(containers: list[Container], running: Requests) -> Requests:
    sidecars, largest = NOTHING, NOTHING
    for container in containers:
        own = _of(container)
        if container.restart_policy == "Always":
            sidecars = sidecars.plus(own)
            largest = largest.most(sidecars)
        else:
            # An init container runs beside the sidecars started before it.
            largest = largest.most(sidecars.plus(own))
    return running.plus(sidecars).most(largest)


def _of(container: Container) -> Requests:
    return _read(container.resources.requests)


def _read(quantities: dict[str, str]) -> Requests:
    return Requests(
        parse_quantity(quantities.get("cpu", "0")), parse_quantity(quantities.get("memory", "0"))
    )
