"""The tables of durable jobs, their schedules and workers, and the leases of singleton loops."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text, text
from sqlmodel import Field, SQLModel

__all__ = [
    "FINISHED",
    "JobRecord",
    "KnownKind",
    "LeaseRecord",
    "LogRow",
    "ScheduleRow",
    "SignalRow",
    "StepRow",
    "WorkerRecord",
]

FINISHED = ("succeeded", "failed", "cancelled")
"""The states in which a job stays."""


def _text() -> Column[str]:
    return Column(Text, nullable=False, server_default="")


class JobRecord(SQLModel, table=True):
    """One job. `state`: queued, running, waiting (parked), or one of `FINISHED`; `phase`: run,
    or undo after a cancellation. Times are Unix seconds by the database's clock. `fence` grows
    with each owner: writes with an older one are refused. `key` is unique among the
    unfinished. `done` of `total` is the progress of `stage`."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ux_job_key", "key", unique=True,
            sqlite_where=text("finished IS NULL"), postgresql_where=text("finished IS NULL"),
        ),
        Index(
            "ix_job_unfinished", "due",
            sqlite_where=text("finished IS NULL"), postgresql_where=text("finished IS NULL"),
        ),
    )  # fmt: skip

    id: str = Field(primary_key=True, max_length=32)
    kind: str = Field(max_length=64, index=True)
    version: int = 1
    lane: str = Field(default="", max_length=256)
    key: str | None = Field(default=None, max_length=256)
    schedule: str | None = Field(default=None, max_length=64)
    title: str = Field(default="", max_length=512)
    input: str = Field(sa_column=_text())
    result: str = Field(default="", sa_column=_text())
    link: str = Field(default="", max_length=512)
    state: str = Field(default="queued", max_length=16)
    phase: str = Field(default="run", max_length=8)
    cancelling: bool = False
    owner: str = Field(default="", max_length=64)
    lease_until: float = 0.0
    fence: int = 0
    takeovers: int = 0
    attempt: int = 1
    due: float = 0.0
    waits_for: str = Field(default="", max_length=64)
    done: int = Field(default=0, sa_type=BigInteger)
    total: int = Field(default=0, sa_type=BigInteger)
    stage: str = Field(default="", max_length=256)
    error: str = Field(default="", sa_column=_text())
    started_by: str = Field(default="", max_length=128, index=True)
    organisation: str = Field(default="", max_length=64)
    scope: str = Field(default="", max_length=4096)
    cluster: str = Field(default="", max_length=256)
    namespace: str = Field(default="", max_length=256)
    created: float = Field(default=0.0, index=True)
    started: float | None = None
    updated: float = 0.0
    finished: float | None = Field(default=None, index=True)


class StepRow(SQLModel, table=True):
    """A step of a job that was begun: its result is recorded once it is done."""

    __tablename__ = "job_step"

    job_id: str = Field(primary_key=True, foreign_key="job.id", ondelete="CASCADE", max_length=32)
    phase: str = Field(primary_key=True, max_length=8)
    name: str = Field(primary_key=True, max_length=128)
    position: int = 0
    kind: str = Field(default="step", max_length=16)
    state: str = Field(default="running", max_length=16)
    result: str = Field(default="", sa_column=_text())
    error: str = Field(default="", sa_column=_text())
    attempts: int = 1
    fence: int = 0
    deadline: float = 0.0
    started: float = 0.0
    finished: float | None = None


class SignalRow(SQLModel, table=True):
    """Something said to a job; `taken` by the wait that received it."""

    __tablename__ = "job_signal"

    id: int | None = Field(default=None, primary_key=True)
    job_id: str = Field(foreign_key="job.id", ondelete="CASCADE", index=True, max_length=32)
    name: str = Field(max_length=64)
    payload: str = Field(default="", sa_column=_text())
    created: float = 0.0
    taken: bool = False


class LogRow(SQLModel, table=True):
    """A line of a job's log."""

    __tablename__ = "job_log"

    id: int | None = Field(default=None, primary_key=True)
    job_id: str = Field(foreign_key="job.id", ondelete="CASCADE", index=True, max_length=32)
    at: float = 0.0
    level: str = Field(default="info", max_length=16)
    message: str = Field(default="", max_length=2048)


class ScheduleRow(SQLModel, table=True):
    """When a schedule is due next; `cron` and `zone` as they were when that was computed."""

    __tablename__ = "job_schedule"

    name: str = Field(primary_key=True, max_length=64)
    cron: str = Field(max_length=128)
    zone: str = Field(max_length=64)
    next_at: float


class LeaseRecord(SQLModel, table=True):
    """Who does a singleton's work until when; `fence` grows with each holder."""

    __tablename__ = "job_lease"

    name: str = Field(primary_key=True, max_length=64)
    holder: str = Field(default="", max_length=64)
    expires: float = 0.0
    fence: int = 0


class WorkerRecord(SQLModel, table=True):
    """A console that works on jobs: the `owner` it is called in them, its host and process, and
    when it counts as gone unless it said otherwise."""

    __tablename__ = "job_worker"

    owner: str = Field(primary_key=True, max_length=64)
    place: str = Field(default="", max_length=128)
    expires: float = 0.0


class KnownKind(SQLModel, table=True):
    """A kind of job that a console knows, with the versions from `reads` to `version`."""

    __tablename__ = "job_worker_kind"

    owner: str = Field(
        primary_key=True, foreign_key="job_worker.owner", ondelete="CASCADE", max_length=64
    )
    kind: str = Field(primary_key=True, max_length=64)
    version: int = 1
    reads: int = 1
