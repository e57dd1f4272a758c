"""The `users` and `bindings` collections, answered by SQL."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

from backend.db.identity import BindingRecord, UserRecord
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import RowScope
from backend.live.sql import SqlSource

__all__ = ["BINDINGS", "USERS", "binding_source", "user_source"]


class UserRow(Row, frozen=True):
    """A local account; nothing secret."""

    login: str
    name: str
    disabled: bool
    created: float
    row_version: int


class BindingRow(Row, frozen=True):
    """A role somebody holds at a scope."""

    login: str
    role: str
    scope: str
    created: float
    created_by: str


USERS = Collection(
    name="users",
    title="Users",
    kind="user",
    row=UserRow,
    scopes=(RowScope(),),
    columns=(
        Column("login", "User name", Type.TEXT, searched=True),
        Column("name", "Name", Type.TEXT, searched=True),
        Column("disabled", "Switched off", Type.BOOL, facet=True),
        Column("created", "Created", Type.TIME),
    ),
    default_sort=("login",),
    label="login",
    where=("name",),
)

BINDINGS = Collection(
    name="bindings",
    title="Role bindings",
    kind="binding",
    row=BindingRow,
    scopes=(RowScope(),),
    columns=(
        Column("login", "User name", Type.TEXT, searched=True),
        Column("role", "Role", Type.TEXT, facet=True),
        Column("scope", "Scope", Type.TEXT, searched=True),
        Column("created", "Since", Type.TIME),
        Column("created_by", "Granted by", Type.TEXT),
    ),
    default_sort=("login", "scope"),
    label="login",
    where=("role", "scope"),
)


def user_source(sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """Rows straight from the table; the key is the user's id."""
    return _source(USERS, sessions, UserRecord, org)


def binding_source(sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """Rows straight from the table; the key is the binding's id."""
    return _source(BINDINGS, sessions, BindingRecord, org)


def _source(
    collection: Collection,
    sessions: async_sessionmaker[AsyncSession],
    table: type[UserRecord | BindingRecord],
    org: str,
) -> SqlSource:
    key = SQLModel.metadata.tables[str(table.__tablename__)].c.id
    return SqlSource(collection, sessions, table, organisation=org, fields={"key": key})
