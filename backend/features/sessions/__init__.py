"""Open sessions: one's own and, for who may, everybody's; step-up."""

from __future__ import annotations

from backend.db.notice import Notice, rows
from backend.features.context import Feature, FeatureContext
from backend.features.sessions.collections import SESSIONS, session_source
from backend.features.sessions.routes import router

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the `sessions` collection, the routes that end sessions, and step-up."""
    sessions = session_source(context.db_sessions, context.organisation)
    context.registry.add(SESSIONS, sessions)
    context.bus.subscribe(rows("user_session"), lambda notice: sessions.notify(notice.keys))

    def renamed(_notice: Notice) -> None:
        sessions.notify(None)

    context.bus.subscribe(rows("user_account"), renamed)
    return Feature("sessions", router)
