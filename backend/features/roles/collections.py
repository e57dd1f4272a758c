"""The `roles` collection, answered by SQL: the built-in roles stand in the query itself."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

import backend.db.rights  # noqa: F401 - its tables are joined by name
from auth.builtin import built_in
from auth.kinds import Catalogue
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import RowScope
from backend.live.sql import SqlSource

__all__ = ["ROLES", "role_source"]


class RoleRow(Row, frozen=True):
    """A role and how often it is given. `origin` is ``Built-in`` or ``Custom``."""

    name: str
    title: str
    origin: str
    given: int
    created: float | None
    row_version: int


ROLES = Collection(
    name="roles",
    title="Roles",
    kind="role",
    row=RoleRow,
    scopes=(RowScope(),),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("title", "Title", Type.TEXT, searched=True),
        Column("origin", "Made", Type.TEXT, facet=True),
        Column("given", "Times given", Type.NUMBER),
        Column("created", "Created", Type.TIME, default=False),
    ),
    default_sort=("origin", "name"),
    label="name",
    where=("title",),
    place=55,
)


def role_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """All roles; the key is the role's id."""
    return SqlSource(ROLES, db_sessions, _counted().subquery(), organisation=org)


def _counted() -> sa.Select[Any]:
    tables = SQLModel.metadata.tables
    custom, binding = tables["custom_role"].c, tables["role_binding"]
    made = sa.select(
        custom.id.label("key"),
        custom.title.label("title"),
        sa.literal("Custom").label("origin"),
        custom.created.label("created"),
        custom.row_version.label("row_version"),
    )
    # Their names are the same whatever kinds there are.
    given = (
        sa.select(
            sa.literal(role.id).label("key"),
            sa.literal(role.title).label("title"),
            sa.literal("Built-in").label("origin"),
            sa.cast(sa.null(), sa.Float).label("created"),
            sa.literal(1).label("row_version"),
        )
        for role in built_in(Catalogue()).values()
    )
    role = sa.union_all(made, *given).subquery("every_role")
    number = sa.select(sa.func.count()).select_from(binding).where(binding.c.role_id == role.c.key)
    return sa.select(
        role.c.key,
        role.c.key.label("name"),
        role.c.title,
        role.c.origin,
        number.correlate(role).scalar_subquery().label("given"),
        role.c.created,
        role.c.row_version,
    )
