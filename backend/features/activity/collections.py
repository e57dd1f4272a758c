"""The `activity` collection, answered by SQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

from backend.audit.values import FIELDS
from backend.db.audit import AuditEntry, AuditPending, AuditValue
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import TextScope
from backend.live.sql import SqlSource
from backend.live.sql_values import ValueIndex

__all__ = ["ACTIVITY", "ActivityRow", "activity_source"]


_COUNTED: Final = 10_000
"""Entries whose values are counted beside the list: of a million, six counts have to be there in
200 ms (issue 10)."""


class ActivityRow(Row, frozen=True):
    """One action, done or refused; `scope` is the target's, in text."""

    at: float
    actor: str
    action: str
    outcome: str
    target_kind: str
    target: str
    detail: str
    address: str
    request: str
    change: str
    decision: str
    times: int
    scope: str


ACTIVITY = Collection(
    name="activity",
    title="Activity",
    kind="activity",
    row=ActivityRow,
    scopes=(TextScope("scope"),),
    columns=(
        Column("at", "Time", Type.TIME),
        Column("actor", "Who", Type.TEXT, searched=True, facet=True),
        Column("outcome", "Outcome", Type.STATUS, facet=True),
        Column("detail", "What", Type.TEXT),
        Column("address", "From", Type.TEXT),
        Column("action", "Action", Type.TEXT, searched=True, facet=True, default=False),
        Column("target_kind", "Kind", Type.TEXT, facet=True, default=False),
        Column("target", "Target", Type.TEXT, searched=True, default=False),
        Column("request", "Request id", Type.TEXT, default=False),
        Column("change", "Change", Type.TEXT, default=False),
        Column("decision", "Decision", Type.STATUS, facet=True, default=False),
        Column("times", "Times", Type.NUMBER, default=False),
        Column("scope", "Scope", Type.TEXT, searched=True, facet=True, default=False),
    ),
    default_sort=("-at",),
    label="actor",
    where=("action", "target"),
    place=85,
)


def activity_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """Rows straight from the table. Entries without a place in the chain have none of their values
    noted yet."""
    tables = SQLModel.metadata.tables
    values = ValueIndex(
        tables[AuditValue.__tablename__], tables[AuditPending.__tablename__], FIELDS, order="at"
    )
    return SqlSource(
        ACTIVITY, db_sessions, AuditEntry, organisation=org, facet_bound=_COUNTED, values=values
    )
