"""Access tokens of people and service accounts: made, shown once, rotated, revoked."""

from __future__ import annotations

from backend.db.notice import Notice, rows
from backend.features.context import Feature, FeatureContext
from backend.features.tokens.collections import TOKENS, token_source
from backend.features.tokens.rights import KINDS
from backend.features.tokens.routes import router

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the `tokens` collection and the routes that make and end tokens."""
    tokens = token_source(context.db_sessions, context.organisation)
    context.registry.add(TOKENS, tokens)
    context.bus.subscribe(rows("access_token"), lambda notice: tokens.notify(notice.keys))

    def renamed(_notice: Notice) -> None:
        tokens.notify(None)

    for table in ("user_account", "service_account"):
        context.bus.subscribe(rows(table), renamed)
    return Feature("tokens", router, kinds=KINDS)
