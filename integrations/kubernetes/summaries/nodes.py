"""A node's state in one word and one sentence."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from integrations.concern import Concern
from integrations.kubernetes.models.core import Node, Taint
from integrations.kubernetes.models.meta import Condition
from integrations.kubernetes.summaries.conditions import wrong_on_a_node

__all__ = [
    "NodeSummary",
    "is_simulated",
    "network_facts",
    "node_summary",
    "os_version",
    "roles_of",
    "taint_text",
]

_ROLE: Final = "node-role.kubernetes.io/"
_FLANNEL: Final = "flannel.alpha.coreos.com/"
_WORDS: Final = {
    "MemoryPressure": "memory is short",
    "DiskPressure": "disk space is short",
    "PIDPressure": "process ids are short",
    "NetworkUnavailable": "its network is not set up",
}


class NodeSummary(NamedTuple):
    """`status`: ``Ready``, ``NotReady``, ``Unknown`` (its kubelet is silent), ``Pressure``,
    ``Problem`` (another condition tells of trouble) or ``Cordoned``; `reason` is empty for a
    node that is simply ready."""

    status: str
    reason: str
    concern: Concern

    @property
    def healthy(self) -> bool:
        """Whether nothing needs an operator's eye; a cordon was asked for."""
        return self.concern >= Concern.HELD


def node_summary(node: Node) -> NodeSummary:
    """The worst thing that is true of `node`."""
    cordoned = node.spec.unschedulable
    also = "; it is cordoned" if cordoned else ""
    ready = next((c for c in node.status.conditions if c.type == "Ready"), None)
    if ready is None:
        return NodeSummary("Unknown", f"Its kubelet has not reported yet{also}", Concern.ERROR)
    if ready.status == "Unknown":
        return NodeSummary("Unknown", f"Its kubelet stopped reporting{also}", Concern.ERROR)
    if ready.status != "True":
        why = ready.message or ready.reason or "its kubelet says it is not ready"
        why = why.strip().rstrip(".")
        return NodeSummary("NotReady", f"{why[:1].upper()}{why[1:]}{also}", Concern.ERROR)
    wrong = [c for c in node.status.conditions if wrong_on_a_node(c)]
    if wrong:
        known = all(c.type in _WORDS for c in wrong)
        sentence = ", ".join(_condition_in_words(c) for c in wrong)
        word = "Pressure" if known else "Problem"
        return NodeSummary(word, f"{sentence[:1].upper()}{sentence[1:]}{also}", Concern.WARNING)
    if cordoned:
        return NodeSummary("Cordoned", "Ready, but takes no new pods", Concern.HELD)
    return NodeSummary("Ready", "", Concern.FINE)


def _condition_in_words(condition: Condition) -> str:
    if words := _WORDS.get(condition.type):
        return words
    why = (condition.message or condition.reason).strip().rstrip(".")
    return f"{condition.type}: {why}" if why else condition.type


def taint_text(taint: Taint) -> str:
    """``key=value:effect``, as kubectl writes it."""
    value = f"={taint.value}" if taint.value else ""
    return f"{taint.key}{value}:{taint.effect}"


def network_facts(node: Node) -> list[tuple[str, str]]:
    """How pods of the node reach those of others, where its network (flannel) says so there."""
    notes = node.metadata.annotations
    mode = notes.get(f"{_FLANNEL}backend-type", "")
    if not mode:
        return []
    outside = notes.get(f"{_FLANNEL}public-ip", "")
    return [("Network mode", f"flannel, {mode}"), ("Address in the network", outside)]


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
