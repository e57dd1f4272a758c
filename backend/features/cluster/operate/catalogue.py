"""Every action on an object. A new one is declared beside what it sends, and named here."""

from __future__ import annotations

from typing import Any, Final

from backend.features.cluster.operate import metadata, nodes, removing, rollback, workloads
from backend.features.cluster.operate.action import ObjectAction

__all__ = ["ACTIONS"]

ACTIONS: Final[tuple[ObjectAction[Any], ...]] = (
    *workloads.ACTIONS,
    *rollback.ACTIONS,
    *nodes.ACTIONS,
    *metadata.ACTIONS,
    *removing.ACTIONS,
)
