"""Which way a condition is good: Kubernetes leaves that to the type's name."""

from __future__ import annotations

from typing import Final

from integrations.kubernetes.models.meta import Condition

__all__ = ["is_good", "wrong_on_a_node"]

_GOOD_TRUE: Final = frozenset(
    {
        "Accepted",
        "Complete",
        "Established",
        "Initialized",
        "NamesAccepted",
        "PodReadyToStartContainers",
        "PodScheduled",
        "Progressing",
        "Programmed",
        "ResolvedRefs",
        "SuccessCriteriaMet",
        "Synced",
    }
)
_GOOD_TRUE_ENDS: Final = ("Ready", "Available", "Healthy", "Running", "Valid", "Succeeded")
_GOOD_FALSE: Final = frozenset(
    {
        "DisruptionTarget",
        "Failed",
        "FailureTarget",
        "NetworkUnavailable",
        "ReplicaFailure",
        "Terminating",
    }
)
_GOOD_FALSE_ENDS: Final = ("Pressure", "Deadlock", "Failure", "Unhealthy", "Unavailable", "Problem")


def is_good(name: str, status: str) -> bool | None:
    """Whether a condition called `name` with this `status` is as it should be; None where the
    name does not say which way is good."""
    if name in _GOOD_FALSE or name.endswith(_GOOD_FALSE_ENDS):
        return status == "False"
    if name in _GOOD_TRUE or name.endswith(_GOOD_TRUE_ENDS):
        return status == "True"
    return None


def wrong_on_a_node(condition: Condition) -> bool:
    """Whether a node's condition tells of trouble. What is not known by name follows the
    convention of node-problem-detector: a condition is a problem when it is True."""
    if condition.status == "Unknown":
        return condition.type == "Ready"
    good = is_good(condition.type, condition.status)
    return condition.status == "True" if good is None else not good
