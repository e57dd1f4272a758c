"""The organisation's rules for signing in to local accounts."""

from __future__ import annotations

from backend.features.context import Feature, FeatureContext
from backend.features.signinrules.routes import router

__all__ = ["register"]


def register(_context: FeatureContext) -> Feature:
    """The routes that read and switch the rules."""
    return Feature("signinrules", router)
