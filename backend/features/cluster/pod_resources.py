"""What a pod reserves beyond what its containers' rows say: as a whole, and while resized."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.quantity import parse_quantity

__all__ = ["resource_facts"]

_RESIZES: Final = {"PodResizePending": "waits", "PodResizeInProgress": "in progress"}


def resource_facts(pod: Pod) -> Iterator[tuple[str, str]]:
    """What is asked for the pod as a whole, what comes on top, and what a resize has come to."""
    yield ("Requested for the whole pod", _text(pod.spec.resources.requests))
    yield ("Limit of the whole pod", _text(pod.spec.resources.limits))
    yield ("Overhead", _text(pod.spec.overhead))
    for condition in pod.status.conditions:
        if condition.type in _RESIZES and condition.status == "True":
            said = ": ".join(part for part in (condition.reason, condition.message) if part)
            yield ("Resize", said or _RESIZES[condition.type])
    asked = {
        container.name: container.resources.requests
        for container in (*pod.spec.init_containers, *pod.spec.containers)
    }
    for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
        allocated, wanted = status.allocated_resources, asked.get(status.name, {})
        if _differs(allocated, wanted):
            label = f"Allocated to {status.name}"
            yield (label, f"{_text(allocated)} (asked: {_text(wanted) or 'nothing'})")


def _differs(allocated: dict[str, str], asked: dict[str, str]) -> bool:
    """``1`` is ``1000m``."""
    return any(
        parse_quantity(amount) != parse_quantity(asked.get(name, "0"))
        for name, amount in allocated.items()
    )


def _text(amounts: dict[str, str]) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in amounts.items())
