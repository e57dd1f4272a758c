"""What draining does to each pod of a node (reference of actions, section 5; kubectl's rules)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from backend.features.cluster.operate.drain.schemas import Fate, PodFate
from integrations.kubernetes import KINDS, ResourceKind
from integrations.kubernetes.models.meta import LabelSelector, Metadata
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.summaries.selectors import matches

__all__ = ["BUDGETS", "Allowed", "Budget", "NodePod", "budgets", "fate_of", "pods_on"]

BUDGETS: Final = ResourceKind(
    "poddisruptionbudgets", "PodDisruptionBudget", "policy", "v1", Metadata
)
_MIRROR: Final = "kubernetes.io/config.mirror"
_PAGE: Final = 500
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class NodePod:
    """A pod of the node, as far as draining asks."""

    namespace: str
    name: str
    uid: str
    raw: dict[str, Any]

    @property
    def meta(self) -> dict[str, Any]:
        """Its metadata."""
        return self.raw.get("metadata") or {}

    @property
    def owner(self) -> dict[str, Any]:
        """The controller that made it, empty where none did."""
        owners = self.meta.get("ownerReferences") or []
        return next((one for one in owners if one.get("controller")), {})

    @property
    def over(self) -> bool:
        """It ended: nothing is lost with it, and no budget counts it."""
        return (self.raw.get("status") or {}).get("phase") in {"Succeeded", "Failed"}

    @property
    def pending(self) -> bool:
        """It does not run yet: no budget counts it."""
        return (self.raw.get("status") or {}).get("phase") == "Pending"

    @property
    def leaving(self) -> bool:
        """It was told to go."""
        return bool(self.meta.get("deletionTimestamp"))

    @property
    def stays(self) -> str:
        """Why it is left where it is; empty where it is not."""
        if _MIRROR in (self.meta.get("annotations") or {}):
            return "The kubelet's own: it is made anew at once."
        if self.owner.get("kind") == "DaemonSet" and not self.over:
            return "Of a daemon set, which would place it again."
        return ""

    @property
    def local_data(self) -> bool:
        """It keeps something on the machine."""
        volumes = (self.raw.get("spec") or {}).get("volumes") or []
        return any("emptyDir" in volume for volume in volumes)


@dataclass(frozen=True, slots=True)
class Budget:
    """A disruption budget, and whose pods it is about."""

    namespace: str
    name: str
    selector: LabelSelector | None
    """None takes no pod, an empty one every pod of the namespace."""
    allowed: int
    current: int
    desired: int

    def about(self, pod: NodePod) -> bool:
        """Whether it counts the pod."""
        labels = pod.meta.get("labels") or {}
        taken = self.selector is not None and matches(self.selector, labels)
        return pod.namespace == self.namespace and taken


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may go though something is lost."""

    local_data: bool = False
    unmanaged: bool = False


async def pods_on(reader: ObjectReader, node: str) -> list[NodePod]:
    """The pods the cluster has on the node."""
    found = await _all(reader, KINDS["pods"], fields=f"spec.nodeName={node}")
    return [
        NodePod(m.get("namespace", ""), m.get("name", ""), m.get("uid", ""), raw)
        for raw in found
        if (m := raw.get("metadata") or {})
    ]


async def budgets(reader: ObjectReader) -> list[Budget]:
    """Every disruption budget of the cluster."""
    return [_budget(raw) for raw in await _all(reader, BUDGETS)]


async def _all(reader: ObjectReader, kind: ResourceKind, fields: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    continue_ = ""
    while len(found) < _MOST:
        page = await reader.list_page(
            kind, limit=_PAGE, continue_=continue_, fields=fields, model=dict[str, Any]
        )
        found += page.items
        continue_ = page.next
        if not continue_:
            break
        await asyncio.sleep(0)
    return found


def _budget(raw: dict[str, Any]) -> Budget:
    meta, spec, status = (raw.get(part) or {} for part in ("metadata", "spec", "status"))
    return Budget(
        meta.get("namespace", ""),
        meta.get("name", ""),
        _selector(spec.get("selector")),
        int(status.get("disruptionsAllowed") or 0),
        int(status.get("currentHealthy") or 0),
        int(status.get("desiredHealthy") or 0),
    )


def _selector(given: Any) -> LabelSelector | None:
    return None if given is None else msgspec.convert(given, LabelSelector)


def fate_of(pod: NodePod, all_budgets: list[Budget], allowed: Allowed) -> PodFate:
    """What draining does to it, with these things allowed."""
    fate, why, budget = _fate(pod, all_budgets, allowed)
    owner = f"{pod.owner.get('kind')} {pod.owner.get('name')}" if pod.owner else ""
    return PodFate(
        namespace=pod.namespace, name=pod.name, owner=owner, fate=fate, why=why, budget=budget
    )


def _fate(pod: NodePod, all_budgets: list[Budget], allowed: Allowed) -> tuple[Fate, str, str]:
    if pod.stays:
        return Fate.STAYS, pod.stays, ""
    if pod.leaving:
        return Fate.LEAVING, "It was told to go already.", ""
    if pod.over:
        return Fate.EVICTED, "It ended.", ""
    if not pod.owner and not allowed.unmanaged:
        return Fate.UNMANAGED, "Nothing makes it anew elsewhere.", ""
    if pod.local_data and not allowed.local_data:
        return Fate.LOCAL_DATA, "What it keeps on the machine (emptyDir) is lost.", ""
    counted = [] if pod.pending else all_budgets
    return _budgeted([one for one in counted if one.about(pod)])


def _budgeted(about: list[Budget]) -> tuple[Fate, str, str]:
    if not about:
        return Fate.EVICTED, "", ""
    names = ", ".join(one.name for one in about)
    if len(about) > 1:
        why = "More than one disruption budget is about it: Kubernetes evicts no such pod."
        return Fate.NEVER, why, names
    (one,) = about
    if one.allowed > 0:
        return Fate.EVICTED, "", names
    why = f"The budget {one.name} needs {one.desired} healthy pods and has {one.current}."
    return Fate.WAITS, why, names
