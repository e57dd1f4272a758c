"""Sign-in: the first step (local accounts), setup, and what the caller may do."""

from __future__ import annotations

from backend.features.context import Feature, FeatureContext
from backend.features.session.rights import KINDS
from backend.features.session.routes import router

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:  # noqa: ARG001 (every feature has this signature)
    """Routes only; there is no collection of one's own sessions yet."""
    return Feature("session", router, kinds=KINDS)
