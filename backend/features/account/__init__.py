"""One's own account: how one signs in to it; and what an administrator may reset of others'."""

from __future__ import annotations

from backend.features.account.routes import router
from backend.features.context import Feature, FeatureContext

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:  # noqa: ARG001 (every feature has this signature)
    """Routes only."""
    return Feature("account", router)
