"""Saved views: a table's filters, order and columns under a name, for oneself or for all."""

from __future__ import annotations

from backend.features.context import Feature, FeatureContext
from backend.features.views.rights import KINDS
from backend.features.views.routes import router

__all__ = ["register"]


def register(_context: FeatureContext) -> Feature:
    """Add the routes of saved views."""
    return Feature("views", router, kinds=KINDS)
