"""Teams: who belongs to them, and what they own."""

from __future__ import annotations

from backend.db.notice import Notice, rows
from backend.features.context import Feature, FeatureContext
from backend.features.teams.collections import TEAMS, team_source
from backend.features.teams.rights import KINDS
from backend.features.teams.routes import router

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the `teams` collection and the routes that change teams."""
    teams = team_source(context.db_sessions, context.organisation)
    context.registry.add(TEAMS, teams)
    context.bus.subscribe(rows("team"), lambda notice: teams.notify(notice.keys))

    def counted(_notice: Notice) -> None:
        teams.notify(None)  # their numbers are of other tables

    for table in ("team_member", "team_group", "team_scope", "role_binding"):
        context.bus.subscribe(rows(table), counted)
    return Feature("teams", router, kinds=KINDS)
