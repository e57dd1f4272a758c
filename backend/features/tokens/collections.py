"""The `tokens` collection, answered by SQL: everybody's tokens, for who may see them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

import backend.db.identity  # noqa: F401 - its tables are joined by name
from auth.subject import SubjectKind
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import Field, RowScope
from backend.live.sql import SqlSource

__all__ = ["TOKENS", "token_source"]


class TokenRow(Row, frozen=True):
    """An access token; nothing secret. It lies in the team of its service account, else in the
    organisation."""

    name: str
    prefix: str
    owner: str
    owner_kind: str
    team: str
    created: float
    expires: float
    replaced: float | None
    last_used: float | None
    last_address: str
    created_by: str
    workload: str


TOKENS = Collection(
    name="tokens",
    title="Access tokens",
    kind="token",
    row=TokenRow,
    scopes=(RowScope("team", Field("team")),),
    columns=(
        Column("owner", "Whose", Type.TEXT, searched=True),
        Column("owner_kind", "Kind", Type.TEXT, facet=True),
        Column("name", "Name", Type.TEXT, searched=True),
        Column("prefix", "Begins with", Type.TEXT, searched=True),
        Column("team", "Team", Type.TEXT, facet=True, default=False),
        Column("expires", "Until", Type.TIME),
        Column("last_used", "Last used", Type.TIME),
        Column("last_address", "From", Type.TEXT, searched=True),
        Column("created", "Made", Type.TIME),
        Column("created_by", "Made by", Type.TEXT, default=False),
        Column("replaced", "Rotated", Type.TIME, default=False),
        Column("workload", "By workload identity", Type.TEXT, searched=True, default=False),
    ),
    default_sort=("owner", "name"),
    label="name",
    where=("owner",),
    place=70,
)


def token_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """The tokens with their owners' names; the key is the token's id."""
    return SqlSource(TOKENS, db_sessions, _named_tokens().subquery(), organisation=org)


def _named_tokens() -> sa.Select[Any]:
    tables = SQLModel.metadata.tables
    token, user, service = (
        tables[name] for name in ("access_token", "user_account", "service_account")
    )

    def owned(kind: SubjectKind, table: sa.FromClause) -> sa.ColumnElement[bool]:
        return sa.and_(token.c.owner_kind == kind, token.c.owner_id == table.c.id)

    rows = token.outerjoin(user, owned(SubjectKind.USER, user))
    rows = rows.outerjoin(service, owned(SubjectKind.SERVICE, service))
    kept = ("name", "prefix", "owner_kind", "created", "expires", "replaced", "last_used")
    return sa.select(
        token.c.id.label("key"),
        *(token.c[name] for name in (*kept, "last_address", "created_by", "workload")),
        sa.func.coalesce(user.c.login, service.c.name, token.c.owner_id).label("owner"),
        sa.func.coalesce(service.c.team, "").label("team"),
    ).select_from(rows)
