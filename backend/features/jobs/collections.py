"""The `jobs` collection, answered by SQL."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

from backend.features.jobs.rights import KIND
from backend.jobs.presence import reason
from backend.jobs.tables import JobRecord as JobTable
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import Field, RowScope
from backend.live.sql import SqlSource

__all__ = ["JOBS", "JobRow", "job_source"]


class JobRow(Row, frozen=True):
    """A background job as far as it is."""

    kind: str
    title: str
    state: str
    cancelling: bool
    stage: str
    done: int
    total: int
    error: str
    link: str
    started_by: str
    schedule: str | None
    cluster: str
    namespace: str
    created: float
    started: float | None
    updated: float
    finished: float | None


JOBS = Collection(
    name="jobs",
    title="Jobs",
    kind=KIND,
    row=JobRow,
    scopes=(RowScope("cluster", Field("cluster"), "ns", Field("namespace")),),
    columns=(
        Column("title", "Job", Type.TEXT, searched=True),
        Column("key", "Id", Type.TEXT, default=False),
        Column("kind", "Kind", Type.TEXT, facet=True, searched=True),
        Column("state", "State", Type.STATUS, facet=True),
        Column("cancelling", "Cancelling", Type.BOOL, default=False),
        Column("stage", "Stage", Type.TEXT),
        Column("done", "Done", Type.NUMBER),
        Column("total", "Of", Type.NUMBER),
        Column("started_by", "Started by", Type.TEXT, searched=True, facet=True),
        Column("schedule", "Schedule", Type.TEXT, default=False),
        Column("cluster", "Cluster", Type.TEXT, default=False),
        Column("namespace", "Namespace", Type.TEXT, default=False),
        Column("created", "Created", Type.TIME),
        Column("updated", "Last change", Type.TIME, default=False),
        Column("finished", "Finished", Type.TIME),
        Column("error", "Reason", Type.TEXT),
    ),
    default_sort=("-created",),
    label="title",
    where=("kind", "state"),
)


def job_source(db_sessions: async_sessionmaker[AsyncSession], org: str) -> SqlSource:
    """Rows straight from the table; the key is the job's id. One without a title, as somebody
    else's code may write it, is called by its kind: there must be something to follow. Its reason
    is also that no console which runs knows it."""
    columns = SQLModel.metadata.tables[str(JobTable.__tablename__)].c
    title = sa.func.coalesce(sa.func.nullif(columns.title, ""), columns.kind)
    fields = {"key": columns.id, "title": title, "error": reason()}
    return SqlSource(JOBS, db_sessions, JobTable, organisation=org, fields=fields)
