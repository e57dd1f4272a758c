"""Provisioning by identity providers (SCIM 2.0): people and groups as they are told."""

from __future__ import annotations

from backend.features.context import Feature, FeatureContext
from backend.features.scim.endpoint import MOUNT, Endpoint
from backend.features.scim.routes import router

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """The SCIM endpoint, and the routes for its tokens."""
    endpoint = Endpoint(context.db_sessions, context.settings)
    return Feature("scim", router, mounts={MOUNT: endpoint})
