"""What a namespace may use, and does: its resource quotas."""

from __future__ import annotations

from typing import Any, Final

from backend.features.cluster.schemas import Fact
from integrations.contract import NotFound
from integrations.kubernetes.kinds import ResourceKind
from integrations.kubernetes.models.core import Namespace, ResourceQuota
from integrations.kubernetes.reader import ObjectReader

__all__ = ["quota_facts"]

_MOST: Final = 20


_QUOTAS: Final = ResourceKind("resourcequotas", "ResourceQuota", "", "v1", ResourceQuota)
"""Read on demand: nothing watches them."""


async def quota_facts(reader: ObjectReader, found: Any) -> list[Fact]:
    """``Quota of pods: 12 of 20 used`` for each limit of a namespace; nothing of other objects,
    and of a namespace without quotas that it has none."""
    if not isinstance(found, Namespace):
        return []
    try:
        page = await reader.list_page(_QUOTAS, found.metadata.name, limit=_MOST)
    except NotFound:
        return []
    several = len(page.items) > 1
    facts = [
        Fact(
            label=f"Quota of {name}" + (f" ({quota.metadata.name})" if several else ""),
            value=f"{quota.status.used.get(name, '0')} of {most} used",
        )
        for quota in page.items
        for name, most in sorted(quota.status.hard.items())
    ]
    return facts or [Fact(label="Quota", value="None: the namespace is not limited")]
