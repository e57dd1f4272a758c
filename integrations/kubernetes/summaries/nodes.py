"""A node's state in one word and one sentence."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from integrations.kubernetes.models.core import Node

__all__ = ["NodeSummary", "is_simulated", "node_summary", "os_version", "roles_of"]

_ROLE: Final = "node-role.kubernetes.io/"
_PRESSURES: Final = {
    "MemoryPressure": "memory is short",
    "DiskPressure": "disk space is short",
    "PIDPressure": "process ids are short",
    "NetworkUnavailable": "its network is not set up",
}


class NodeSummary(NamedTuple):
    """`status`: ``Ready``, ``NotReady``, ``Unknown`` (its kubelet is silent), ``Cordoned`` or
    ``Pressure``; `reason` is empty for a node that is simply ready."""

    status: str
    reason: str
    healthy: bool


def node_summary(node: Node) -> NodeSummary:
    """The worst thing that is true of `node`."""
    cordoned = node.spec.unschedulable
    also = "; it is cordoned" if cordoned else ""
    ready = next((c for c in node.status.conditions if c.type == "Ready"), None)
    if ready is None:
        return NodeSummary("Unknown", f"Its kubelet has not reported yet{also}", healthy=False)
    if ready.status == "Unknown":
        return NodeSummary("Unknown", f"Its kubelet stopped reporting{also}", healthy=False)
    if ready.status != "True":
        why = ready.message or ready.reason or "its kubelet says it is not ready"
        why = why.strip().rstrip(".")
        return NodeSummary("NotReady", f"{why[:1].upper()}{why[1:]}{also}", healthy=False)
    short = [
        words
        for name, words in _PRESSURES.items()
        if any(c.type == name and c.status == "True" for c in node.status.conditions)
    ]
    if short:
        return NodeSummary("Pressure", f"{', '.join(short).capitalize()}{also}", healthy=False)
    if cordoned:
        return NodeSummary("Cordoned", "Ready, but takes no new pods", healthy=True)
    return NodeSummary("Ready", "", healthy=True)


def is_simulated(node: Node) -> bool:
    """Whether KWOK plays this node: by its label or its annotation."""
    meta = node.metadata
    return meta.labels.get("type") == "kwok" or "kwok.x-k8s.io/node" in meta.annotations


def roles_of(node: Node) -> list[str]:
    """Role names from the node's labels, sorted."""
    labels = node.metadata.labels
    found = {name.removeprefix(_ROLE) for name in labels if name.startswith(_ROLE)}
    if old := labels.get("kubernetes.io/role"):
        found.add(old)
    return sorted(found - {""})


def os_version(image: str) -> str:
    """The version in an OS image's name (``Flatcar Container Linux … 4459.2.1 (Oklo)``)."""
    found = re.search(r"\d+(?:\.\d+)+", image)
    return found[0] if found else ""
