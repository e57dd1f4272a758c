"""Teams: who belongs to them, and what they own."""

from __future__ import annotations

from backend.db.notice import Notice, rows
from backend.features.context import Feature, FeatureContext
from backend.features.teams.collections import TEAMS, team_source
from backend.features.teams.narrowing import TeamNarrowing
from backend.features.teams.rights import KINDS
from backend.features.teams.routes import router
from backend.features.teams.selecting import SelectedNamespaces

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the `teams` collection, the routes that change teams, and lists of what one owns."""
    teams = team_source(context.db_sessions, context.organisation)
    context.registry.add(TEAMS, teams)
    context.bus.subscribe(rows("team"), lambda notice: teams.notify(notice.keys))

    def counted(_notice: Notice) -> None:
        teams.notify(None)  # their numbers are of other tables

    for table in ("team_member", "team_group", "team_scope", "team_selector", "role_binding"):
        context.bus.subscribe(rows(table), counted)
    selecting = SelectedNamespaces(context.organisation)
    context.registry.when("namespaces", selecting.follow)
    context.selection.selecting = selecting
    narrowing = TeamNarrowing(context.db_sessions, context.selection)
    context.registry.narrower = narrowing
    for table in ("team", "team_scope", "team_selector"):
        context.bus.subscribe(rows(table), narrowing.changed)
    return Feature("teams", router, kinds=KINDS)
