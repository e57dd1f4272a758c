"""What else decides about an object, as sentences: said before somebody changes it."""

from __future__ import annotations

from typing import Any, Final

from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.workloads import SCALED
from integrations.contract import IntegrationError
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.models.meta import Metadata
from integrations.kubernetes.reader import ObjectReader

__all__ = ["notes_on"]

_AUTOSCALERS: Final = ResourceKind(
    "horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling", "v2", Metadata
)
_MOST: Final = 200
_MANAGED_BY: Final = "app.kubernetes.io/managed-by"


async def notes_on(reader: ObjectReader, found: Found) -> list[str]:
    """Its owner, who manages it, an autoscaler; what cannot be read is left out."""
    notes = [*_owner(found), *_manager(found), *_leaving(found)]
    if found.kind.plural in SCALED and not found.kind.custom:
        notes += await _autoscalers(reader, found)
    return notes


def _owner(found: Found) -> list[str]:
    for owner in found.meta.get("ownerReferences") or []:
        if owner.get("controller") and found.kind.plural != "jobs":
            name = f"{owner.get('kind', '')} {owner.get('name', '')}"
            return [f"It belongs to {name}, which may undo what is changed here."]
    return []


def _manager(found: Found) -> list[str]:
    manager = found.labels.get(_MANAGED_BY, "")
    return [f"It is managed by {manager}, which may undo what is changed here."] if manager else []


def _leaving(found: Found) -> list[str]:
    if not found.meta.get("deletionTimestamp"):
        return []
    held = ", ".join(str(name) for name in found.meta.get("finalizers") or [])
    return ["It was told to go already" + (f" and is held by {held}." if held else ".")]


async def _autoscalers(reader: ObjectReader, found: Found) -> list[str]:
    try:
        page = await reader.list_page(
            _AUTOSCALERS, found.namespace, limit=_MOST, model=dict[str, Any]
        )
    except IntegrationError:
        return []
    return [
        f"The autoscaler {one['metadata']['name']} sets how many pods it has: between "
        f"{(one.get('spec') or {}).get('minReplicas', 1)} and "
        f"{(one.get('spec') or {}).get('maxReplicas', '?')}."
        for one in page.items
        if _targets(one, found)
    ]


def _targets(autoscaler: dict[str, Any], found: Found) -> bool:
    target = (autoscaler.get("spec") or {}).get("scaleTargetRef") or {}
    return target.get("kind") == found.kind.kind and target.get("name") == found.name
