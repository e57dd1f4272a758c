"""The `service-accounts` collection, answered by SQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

import backend.db.rights  # noqa: F401 - its tables are joined by name
from auth.subject import SubjectKind
from backend.features.service_accounts.rights import KIND
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import Field, RowScope
from backend.live.sql import SqlSource

__all__ = ["ACCOUNTS", "account_source"]


class ServiceAccountRow(Row, frozen=True):
    """A service account of a team, or of the organisation; `title` says what it is for."""

    name: str
    title: str
    team: str
    status: str
    disabled: bool
    tokens: int
    roles: int
    last_used: float | None
    created: float
    created_by: str
    row_version: int


ACCOUNTS = Collection(
    name="service-accounts",
    title="Service accounts",
    kind=KIND,
    row=ServiceAccountRow,
    scopes=(RowScope("team", Field("team")),),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("title", "What it is for", Type.TEXT, searched=True),
        Column("team", "Team", Type.TEXT, facet=True),
        Column("status", "Status", Type.STATUS, facet=True),
        Column("disabled", "Switched off", Type.BOOL, facet=True, default=False),
        Column("tokens", "Tokens", Type.NUMBER),
        Column("roles", "Roles", Type.NUMBER),
        Column("last_used", "Last used", Type.TIME),
        Column("created", "Created", Type.TIME, default=False),
        Column("created_by", "Created by", Type.TEXT, default=False),
    ),
    default_sort=("name",),
    label="name",
    where=("title",),
    place=65,
)


def account_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """The accounts with what they hold counted; the key is the account's id."""
    return SqlSource(ACCOUNTS, db_sessions, _counted().subquery(), organisation=org)


def _counted() -> sa.Select[Any]:
    tables = SQLModel.metadata.tables
    account, token, binding = (
        tables[name].c for name in ("service_account", "access_token", "role_binding")
    )
    theirs = sa.and_(token.owner_kind == SubjectKind.SERVICE, token.owner_id == account.id)
    held = sa.and_(binding.subject_kind == SubjectKind.SERVICE, binding.subject_id == account.id)

    def of(what: sa.ColumnElement[Any], where: sa.ColumnElement[bool]) -> Any:
        return sa.select(what).where(where).correlate(tables["service_account"]).scalar_subquery()

    kept = ("name", "title", "team", "disabled", "created", "created_by", "row_version")
    return sa.select(
        account.id.label("key"),
        *(account[name] for name in kept),
        sa.case((account.disabled, "Switched off"), else_="Active").label("status"),
        of(sa.func.count(token.id), theirs).label("tokens"),
        of(sa.func.count(binding.id), held).label("roles"),
        of(sa.func.max(token.last_used), theirs).label("last_used"),
    )
