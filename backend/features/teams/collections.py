"""The `teams` collection, answered by SQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

import backend.db.rights
import backend.db.teams  # noqa: F401 - its tables are joined by name
from auth.subject import SubjectKind
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import Field, RowScope
from backend.live.sql import SqlSource

__all__ = ["TEAMS", "team_source"]


class TeamRow(Row, frozen=True):
    """A team, and how many people by hand, provider groups, owned scopes (with selectors, each
    counted once) and roles it has."""

    name: str
    title: str
    members: int
    groups: int
    scopes: int
    roles: int
    created: float
    row_version: int


TEAMS = Collection(
    name="teams",
    title="Teams",
    kind="team",
    row=TeamRow,
    scopes=(RowScope("team", Field("name")),),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("title", "Title", Type.TEXT, searched=True),
        Column("members", "People", Type.NUMBER),
        Column("groups", "Groups", Type.NUMBER),
        Column("scopes", "Owns", Type.NUMBER),
        Column("roles", "Roles", Type.NUMBER),
        Column("created", "Created", Type.TIME, default=False),
    ),
    default_sort=("name",),
    label="name",
    where=("title",),
    place=50,
)


def team_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """The teams with what they have counted; the key is the team's id."""
    return SqlSource(TEAMS, db_sessions, _counted().subquery(), organisation=org)


def _counted() -> sa.Select[Any]:
    tables = SQLModel.metadata.tables
    team, binding = tables["team"], tables["role_binding"]

    def number(table: sa.FromClause, where: sa.ColumnElement[bool]) -> Any:
        counted = sa.select(sa.func.count()).select_from(table).where(where)
        return counted.correlate(team).scalar_subquery()

    def own(name: str) -> Any:
        return number(tables[name], tables[name].c.team_id == team.c.id)

    held = sa.and_(binding.c.subject_kind == SubjectKind.TEAM, binding.c.subject_id == team.c.id)
    return sa.select(
        team.c.id.label("key"),
        *(team.c[name] for name in ("name", "title", "created", "row_version")),
        own("team_member").label("members"),
        own("team_group").label("groups"),
        (own("team_scope") + own("team_selector")).label("scopes"),
        number(binding, held).label("roles"),
    )
