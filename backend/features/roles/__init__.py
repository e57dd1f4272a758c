"""Roles: the built-in ones, and those people make."""

from __future__ import annotations

from backend.db.notice import Notice, rows
from backend.features.context import Feature, FeatureContext
from backend.features.roles.collections import ROLES, role_source
from backend.features.roles.rights import KINDS
from backend.features.roles.routes import router

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the `roles` collection and the routes that read, make, change and remove roles."""
    roles = role_source(context.db_sessions, context.organisation)
    context.registry.add(ROLES, roles)
    context.bus.subscribe(rows("custom_role"), lambda notice: roles.notify(notice.keys))

    def counted(_notice: Notice) -> None:
        roles.notify(None)  # how often each is given

    context.bus.subscribe(rows("role_binding"), counted)
    return Feature("roles", router, kinds=KINDS)
