"""The Overview page: problems by cause, health per system, capacity, what just changed."""

from __future__ import annotations

from typing import Any, cast

from backend.features.context import Feature, FeatureContext
from backend.features.overview.collections import PROBLEMS
from backend.features.overview.derive import follow, follow_groups
from backend.features.overview.rights import KINDS
from backend.features.overview.routes import overview_router
from backend.features.overview.rows import ProblemRow
from backend.features.overview.rules import GROUP_RULES, RULES
from backend.features.overview.service import OverviewService
from backend.live.memory import MemorySource

__all__ = ["AFTER", "register"]

AFTER = ("cluster", "events", "images", "keyvalue", "machines", "workloads")
"""The features whose collections it derives problems and figures from."""


def register(context: FeatureContext) -> Feature:
    """Add `problems`, derived from collections that must be registered before."""
    problems: MemorySource[ProblemRow] = MemorySource(PROBLEMS)
    for name, rule in RULES.items():
        follow(cast("MemorySource[Any]", context.registry.get(name)), rule, problems)
    for name, group_rule in GROUP_RULES.items():
        source = cast("MemorySource[Any]", context.registry.get(name))
        follow_groups(source, group_rule, problems)
    context.registry.add(PROBLEMS, problems)
    service = OverviewService(
        context.registry,
        context.upstreams,
        updates_enabled=context.settings.updates_enabled,
    )
    return Feature("overview", overview_router(service), kinds=KINDS)
