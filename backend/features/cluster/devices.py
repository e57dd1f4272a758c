"""What of a machine is requested besides CPU and memory: devices, huge pages, local disk."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from backend.features.cluster.related import Sees
from backend.features.cluster.schemas import Fact
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.models.core import Node
from integrations.kubernetes.quantity import parse_quantity
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.summaries.requests import extended_requests

__all__ = ["device_facts"]

_MOST: Final = 500
_OTHERWISE_SHOWN: Final = frozenset({"cpu", "memory", "pods"})


async def device_facts(reader: ObjectReader, found: Any, sees: Sees) -> list[Fact]:
    """``Requested example.com/gpu: 2 of 4`` for each resource of a machine that is neither CPU nor
    memory; nothing of other objects, nor for who may not see its pods."""
    if not isinstance(found, Node) or not sees(KINDS["pods"], "", ""):
        return []
    there = {
        name: amount
        for name, amount in found.status.allocatable.items()
        if name not in _OTHERWISE_SHOWN and parse_quantity(amount)
    }
    if not there:
        return []
    running = "status.phase!=Succeeded,status.phase!=Failed"
    fields = f"spec.nodeName={found.metadata.name},{running}"
    page = await reader.list_page(KINDS["pods"], limit=_MOST, fields=fields)
    sums: Counter[str] = Counter()
    for pod in page.items:
        sums.update(extended_requests(pod.spec))
    least = "at least " if page.next else ""
    return [
        Fact(label=f"Requested {name}", value=f"{least}{_number(sums[name])} of {amount}")
        for name, amount in there.items()
    ]


def _number(amount: float) -> str:
    return f"{amount:.12g}"
