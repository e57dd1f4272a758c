"""The `sessions` collection, answered by SQL: everybody's, for who may see them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

import backend.db.identity  # noqa: F401 - its tables are joined by name
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import RowScope
from backend.live.sql import SqlSource

__all__ = ["SESSIONS", "session_source"]


class SessionRow(Row, frozen=True):
    """A signed-in browser: by whom, since when, from where, and how they signed in."""

    login: str
    agent: str
    method: str
    created: float
    last_seen: float
    address: str
    last_address: str
    expires: float


SESSIONS = Collection(
    name="sessions",
    title="Sessions",
    kind="session",
    row=SessionRow,
    scopes=(RowScope(),),
    columns=(
        Column("login", "Who", Type.TEXT, searched=True),
        Column("agent", "Device", Type.TEXT, searched=True),
        Column("last_seen", "Last used", Type.TIME),
        Column("last_address", "From", Type.TEXT, searched=True, facet=True),
        Column("created", "Signed in", Type.TIME),
        Column("address", "Signed in from", Type.TEXT, searched=True, default=False),
        Column("method", "By", Type.TEXT, facet=True),
        Column("expires", "Until", Type.TIME, default=False),
    ),
    default_sort=("login", "-last_seen"),
    label="login",
    where=("agent",),
    place=80,
)


def session_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """The sessions with their users' logins; the key is the session's id, a hash."""
    return SqlSource(SESSIONS, db_sessions, _named_sessions().subquery(), organisation=org)


def _named_sessions() -> sa.Select[Any]:
    tables = SQLModel.metadata.tables
    session, user = tables["user_session"], tables["user_account"]
    kept = ("agent", "method", "created", "last_seen", "address", "last_address", "expires")
    return (
        sa.select(session.c.id.label("key"), user.c.login, *(session.c[name] for name in kept))
        .select_from(session.join(user, session.c.user_id == user.c.id))
        .where(session.c.replaced_by.is_(None))
    )
