"""Durable jobs: jobs, steps, signals, logs, schedules, leases."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("finished IS NULL")


def _word(
    name: str, length: int, *, null: bool = False, default: str | None = ""
) -> sa.Column[Any]:
    default = None if null else default
    return sa.Column(name, sa.String(length), nullable=null, server_default=default)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _number(name: str, default: int = 0) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=str(default))


def _time(name: str, *, null: bool = False) -> sa.Column[Any]:
    default = None if null else "0"
    return sa.Column(name, sa.Float(), nullable=null, server_default=default)


def _job() -> sa.Column[Any]:
    return sa.Column(
        "job_id",
        sa.String(32),
        sa.ForeignKey("job.id", ondelete="CASCADE", name="fk_job"),
        nullable=False,
    )


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.String(32), primary_key=True),
        _word("kind", 64), _number("version", 1), _word("lane", 256),
        _word("key", 256, null=True), _word("schedule", 64, null=True), _word("title", 512),
        _text("input"), _text("result"), _word("link", 512),
        _word("state", 16, default="queued"), _word("phase", 8, default="run"),
        sa.Column("cancelling", sa.Boolean(), nullable=False, server_default=sa.false()),
        _word("owner", 64), _time("lease_until"), _number("fence"), _number("takeovers"),
        _number("attempt", 1), _time("due"), _word("waits_for", 64),
        sa.Column("done", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("total", sa.BigInteger(), nullable=False, server_default="0"),
        _word("stage", 256), _text("error"), _word("started_by", 128),
        _word("organisation", 64), _word("scope", 4096), _word("cluster", 256),
        _word("namespace", 256), _time("created"), _time("started", null=True),
        _time("updated"), _time("finished", null=True),
    )  # fmt: skip
    for column in ("kind", "started_by", "created", "finished"):
        op.create_index(f"ix_job_{column}", "job", [column])
    op.create_index(
        "ux_job_key", "job", ["key"], unique=True,
        sqlite_where=UNFINISHED, postgresql_where=UNFINISHED,
    )  # fmt: skip
    op.create_index(
        "ix_job_unfinished", "job", ["due"], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED
    )
    op.create_table(
        "job_step",
        _job(), _word("phase", 8), _word("name", 128), _number("position"), _word("kind", 16),
        _word("state", 16), _text("result"), _text("error"), _number("attempts", 1),
        _number("fence"), _time("deadline"), _time("started"), _time("finished", null=True),
        sa.PrimaryKeyConstraint("job_id", "phase", "name", name="pk_job_step"),
    )  # fmt: skip
    op.create_table(
        "job_signal",
        sa.Column("id", sa.Integer(), primary_key=True),
        _job(), _word("name", 64), _text("payload"), _time("created"),
        sa.Column("taken", sa.Boolean(), nullable=False, server_default=sa.false()),
    )  # fmt: skip
    op.create_table(
        "job_log",
        sa.Column("id", sa.Integer(), primary_key=True),
        _job(), _time("at"), _word("level", 16), _word("message", 2048),
    )  # fmt: skip
    for table in ("job_signal", "job_log"):
        op.create_index(f"ix_{table}_job_id", table, ["job_id"])
    op.create_table(
        "job_schedule",
        sa.Column("name", sa.String(64), primary_key=True),
        _word("cron", 128), _word("zone", 64), _time("next_at"),
    )  # fmt: skip
    op.create_table(
        "job_lease",
        sa.Column("name", sa.String(64), primary_key=True),
        _word("holder", 64), _time("expires"), _number("fence"),
    )  # fmt: skip


def downgrade() -> None:
    for table in ("job_lease", "job_schedule", "job_log", "job_signal", "job_step", "job"):
        op.drop_table(table)
