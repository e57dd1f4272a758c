"""Every action on an object. A new one is declared beside what it sends, and named here."""

from __future__ import annotations

from typing import Any, Final

from auth.verb import Verb
from backend.features.cluster.operate import (
    debugging,
    edit,
    metadata,
    nodes,
    removing,
    rollback,
    workloads,
)
from backend.features.cluster.operate.action import ObjectAction, Offerable, Undertaking, Upstream

__all__ = ["ACTIONS", "DRAIN", "OFFERED"]

ACTIONS: Final[tuple[ObjectAction[Any], ...]] = (
    *workloads.ACTIONS,
    *rollback.ACTIONS,
    *nodes.ACTIONS,
    *metadata.ACTIONS,
    *edit.ACTIONS,
    *debugging.ACTIONS,
    *removing.ACTIONS,
)

DRAIN: Final = Undertaking(
    "drain", Verb.DRAIN, Upstream("create", "eviction", resource="pods"), frozenset({"nodes"})
)
"""A job (`drain/`): pods leave as budgets allow."""

OFFERED: Final[tuple[Offerable, ...]] = (*ACTIONS, DRAIN)
"""All that an object's page offers."""
