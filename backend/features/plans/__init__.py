"""Plans and their prices, and what a quantity would cost by them."""

from __future__ import annotations

from backend.features.context import Feature, FeatureContext
from backend.features.plans.rights import KINDS
from backend.features.plans.routes import router

__all__ = ["register"]


def register(_context: FeatureContext) -> Feature:
    """Add the routes."""
    return Feature("plans", router, kinds=KINDS)
