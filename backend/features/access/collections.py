"""The `users` and `bindings` collections, answered by SQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

import backend.db.rights  # noqa: F401 - its tables are joined by name
from auth.subject import SubjectKind
from auth.verb import Verb
from backend.db.identity import UserRecord
from backend.identity.breakglass import its_account
from backend.identity.rules import has_app, has_passkey
from backend.live.collection import Collection
from backend.live.column import Column, Needs, Type
from backend.live.guard import Guard
from backend.live.row import Row
from backend.live.rowscope import RowScope, TextScope
from backend.live.sql import SqlSource
from backend.providers.standing import kept_out

__all__ = ["BINDINGS", "USERS", "binding_source", "named_bindings", "user_source"]


class UserRow(Row, frozen=True):
    """A person's account; nothing secret. `status` is ``Kept out`` of one whom their provider does
    not let in; `second_factors` is missing for who may read accounts in a part of the organisation
    only."""

    login: str
    name: str
    status: str
    second_factors: str | None
    disabled: bool
    created: float
    row_version: int


class BindingRow(Row, frozen=True):
    """A role a subject holds at a scope. `subject` is its name, for people."""

    subject_kind: str
    subject: str
    role: str
    scope: str
    expires: float | None
    reason: str
    created: float
    created_by: str
    row_version: int


USERS = Collection(
    name="users",
    title="Users",
    kind="user",
    row=UserRow,
    scopes=(RowScope(),),
    columns=(
        Column("login", "User name", Type.TEXT, searched=True),
        Column("name", "Name", Type.TEXT, searched=True),
        Column("status", "Status", Type.STATUS, facet=True),
        Column(
            "second_factors",
            "Second factors",
            Type.TEXT,
            facet=True,
            needs=Needs("user", Verb.GET, RowScope()),
        ),
        Column("disabled", "Switched off", Type.BOOL, facet=True, default=False),
        Column("created", "Created", Type.TIME),
    ),
    default_sort=("login",),
    label="login",
    where=("name",),
    place=30,
)

BINDINGS = Collection(
    name="bindings",
    title="Role bindings",
    kind="binding",
    row=BindingRow,
    scopes=(TextScope("scope"),),
    columns=(
        Column("subject", "Who", Type.TEXT, searched=True),
        Column("subject_kind", "Kind", Type.TEXT, facet=True),
        Column("role", "Role", Type.TEXT, facet=True),
        Column("scope", "Scope", Type.TEXT, searched=True),
        Column("expires", "Ends", Type.TIME),
        Column("created", "Since", Type.TIME),
        Column("created_by", "Granted by", Type.TEXT),
        Column("reason", "Reason", Type.TEXT, searched=True, default=False),
    ),
    default_sort=("subject", "scope"),
    label="subject",
    where=("role", "scope"),
    place=60,
)


def user_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """Rows straight from the table; the key is the user's id."""
    user = SQLModel.metadata.tables["user_account"].c
    sealed = sa.and_(user.disabled, its_account())
    status = sa.case(
        (sealed, "Sealed"),
        (user.disabled, "Switched off"),
        (kept_out(), "Kept out"),
        else_="Active",
    )
    return SqlSource(
        USERS,
        db_sessions,
        UserRecord,
        organisation=org,
        fields={"key": user.id, "status": status, "second_factors": _factors()},
        related=holds_below,
    )


def _factors() -> sa.ColumnElement[str]:
    """What an account shows beside its password; of one without a password its provider decides."""
    app, passkey = has_app(), has_passkey()
    return sa.case(
        (SQLModel.metadata.tables["user_account"].c.password_hash.is_(None), "The provider's"),
        (sa.and_(app, passkey), "Passkey, authenticator"),
        (passkey, "Passkey"),
        (app, "Authenticator"),
        else_="None",
    )


def holds_below(guard: Guard) -> sa.ColumnElement[bool]:
    """The user holds a role, themselves or through a team, where `guard` may list users: so
    the owner of a namespace sees who is in it, and nobody else."""
    tables = SQLModel.metadata.tables
    binding, user, member = (
        tables[name] for name in ("role_binding", "user_account", "team_member")
    )
    place = TextScope("scope")
    wanted = [
        sa.or_(binding.c.scope == test.value, _begins(binding.c.scope, f"{test.value}/"))
        for held in guard.scopes
        for test in place.covered_by(held, guard.organisation) or ()
    ]
    if not wanted:
        return sa.false()
    theirs = sa.or_(
        sa.and_(binding.c.subject_kind == SubjectKind.USER, binding.c.subject_id == user.c.id),
        sa.and_(
            binding.c.subject_kind == SubjectKind.TEAM,
            sa.exists()
            .where(member.c.team_id == binding.c.subject_id, member.c.user_id == user.c.id)
            .correlate(binding, user),
        ),
    )
    return sa.exists().where(theirs, sa.or_(*wanted)).correlate(user)


def _begins(column: sa.ColumnElement[str], prefix: str) -> sa.ColumnElement[bool]:
    """By characters: LIKE would fold case in SQLite and give ``_`` and ``%`` a meaning."""
    return sa.func.substr(column, 1, len(prefix)) == prefix


def binding_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """The bindings with their subjects' names; the key is the binding's id."""
    rows = named_bindings().subquery()
    return SqlSource(BINDINGS, db_sessions, rows, organisation=org)


def named_bindings() -> sa.Select[Any]:
    """Every binding as `BindingRow`: a subject that has a record here is named by it."""
    tables = SQLModel.metadata.tables
    binding, user, team, service = (
        tables[name] for name in ("role_binding", "user_account", "team", "service_account")
    )
    name = sa.func.coalesce(user.c.login, team.c.name, service.c.name, binding.c.subject_id)

    def joined(kind: SubjectKind, table: sa.FromClause) -> sa.ColumnElement[bool]:
        return sa.and_(binding.c.subject_kind == kind, binding.c.subject_id == table.c.id)

    rows = binding.outerjoin(user, joined(SubjectKind.USER, user))
    rows = rows.outerjoin(team, joined(SubjectKind.TEAM, team))
    rows = rows.outerjoin(service, joined(SubjectKind.SERVICE, service))
    return sa.select(
        binding.c.id.label("key"),
        binding.c.subject_kind,
        name.label("subject"),
        binding.c.role_id.label("role"),
        binding.c.scope,
        binding.c.expires,
        binding.c.reason,
        binding.c.created,
        binding.c.created_by,
        binding.c.row_version,
    ).select_from(rows)
