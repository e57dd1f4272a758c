"""The console itself: its health, its version, and the local stack coming up."""

from __future__ import annotations

from backend.features.context import Feature, FeatureContext
from backend.features.system.rights import KINDS
from backend.features.system.routes import router

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:  # noqa: ARG001 (every feature has this signature)
    """Routes only."""
    return Feature("system", router, kinds=KINDS)
