"""The `access-requests` collection, answered by SQL: what may be decided where somebody grants."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

from backend.db.requests import RequestState
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import TextScope
from backend.live.sql import SqlSource

__all__ = ["REQUESTS", "request_source"]


class AccessRequestRow(Row, frozen=True):
    """Who asks for which role or right where, and what became of it. `healthy` are all but those
    that wait for an answer: how many those are is what a list of it tells first."""

    login: str
    name: str
    role: str
    wanted: str
    scope: str
    reason: str
    seconds: int
    state: str
    healthy: bool
    created: float
    decided: float | None
    decided_by: str
    answer: str
    expires: float | None
    row_version: int


REQUESTS = Collection(
    name="access-requests",
    title="Requests for access",
    kind="access-request",
    row=AccessRequestRow,
    scopes=(TextScope("scope"),),
    columns=(
        Column("login", "Who", Type.TEXT, searched=True),
        Column("name", "Name", Type.TEXT, searched=True, default=False),
        Column("wanted", "Wants", Type.TEXT, facet=True),
        Column("role", "Role", Type.TEXT, facet=True),
        Column("scope", "Scope", Type.TEXT, searched=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("state", "State", Type.STATUS, facet=True),
        Column("healthy", "Answered", Type.BOOL, facet=True, default=False),
        Column("created", "Asked", Type.TIME),
        Column("decided", "Decided", Type.TIME, default=False),
        Column("decided_by", "Decided by", Type.TEXT, default=False),
        Column("answer", "Answer", Type.TEXT, default=False),
        Column("expires", "Ends", Type.TIME, default=False),
    ),
    default_sort=("healthy", "-created"),
    label="login",
    where=("wanted", "role", "scope"),
    place=65,
)


def request_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """The requests with the people who made them; the key is the request's id."""
    tables = SQLModel.metadata.tables
    request, user = tables["access_request"], tables["user_account"]
    own = ("wanted", "scope", "reason", "seconds", "state", "created", "decided")
    told = ("decided_by", "answer", "expires", "row_version")
    rows = sa.select(
        request.c.id.label("key"),
        user.c.login,
        user.c.name,
        request.c.role_id.label("role"),
        (request.c.state != RequestState.PENDING).label("healthy"),
        *(request.c[name] for name in (*own, *told)),
    ).join_from(request, user, request.c.user_id == user.c.id)
    return SqlSource(REQUESTS, db_sessions, rows.subquery(), organisation=org)
