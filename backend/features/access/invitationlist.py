"""The `invitations` collection, answered by SQL."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

import backend.db.invitations  # noqa: F401 - its table is joined by name
from backend.db.identity import UserRecord
from backend.jobs.clock import clock
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import RowScope
from backend.live.sql import SqlSource
from backend.providers.standing import kept_out

__all__ = ["INVITATIONS", "invitation_source", "state"]


class InvitationRow(Row, frozen=True):
    """Who was invited by whom, to what, and what became of it."""

    login: str
    name: str
    email: str
    state: str
    gives: str
    invited_by: str
    created: float
    expires: float
    row_version: int


INVITATIONS: Final = Collection(
    name="invitations",
    title="Invitations",
    kind="user",
    row=InvitationRow,
    scopes=(RowScope(),),
    columns=(
        Column("login", "User name", Type.TEXT, searched=True),
        Column("name", "Name", Type.TEXT, searched=True),
        Column("email", "E-mail", Type.TEXT, searched=True, default=False),
        Column("state", "State", Type.STATUS, facet=True),
        Column("gives", "Gives", Type.TEXT, searched=True),
        Column("invited_by", "Invited by", Type.TEXT, searched=True, facet=True),
        Column("created", "Since", Type.TIME, default=False),
        Column("expires", "Ends", Type.TIME),
    ),
    default_sort=("-created",),
    label="login",
    where=("state", "gives"),
    place=35,
)


def invitation_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """The invitations with the people who made them; the key is the invitation's id."""
    tables = SQLModel.metadata.tables
    invitation, user = tables["invitation"], tables["user_account"]
    own = ("login", "name", "email", "gives", "created", "expires", "row_version")
    rows = sa.select(
        invitation.c.id.label("key"),
        state().label("state"),
        user.c.login.label("invited_by"),
        *(invitation.c[name] for name in own),
    ).join_from(invitation, user, invitation.c.inviter_id == user.c.id)
    return SqlSource(INVITATIONS, db_sessions, rows.subquery(), organisation=org)


def state() -> sa.ColumnElement[str]:
    """In a query on invitations and their inviters: what became of one. That its inviter lost
    rights is not looked at: the invitation itself says it (`against`)."""
    invitation = SQLModel.metadata.tables["invitation"].c
    user = SQLModel.metadata.tables[str(UserRecord.__tablename__)].c
    return sa.case(
        (invitation.accepted.is_not(None), "Completed"),
        (invitation.revoked.is_not(None), "Withdrawn"),
        (invitation.expires <= clock(), "Expired"),
        (sa.or_(user.disabled, kept_out()), "Invalid"),
        else_="Pending",
    )
