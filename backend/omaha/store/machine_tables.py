"""The update service's tables: what machines do. Only the engine writes these, except that
operators' actions on instances go through `backend.omaha.fleet.actions`: counts stay right.
"""

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, String, Text, text
from sqlmodel import Field, SQLModel

BigKey = BigInteger().with_variant(Integer(), "sqlite")


def _bytes_ordered(length: int) -> Column[str]:
    """Text that sorts by code point on both databases, so that its index serves prefixes."""
    kind = String(length).with_variant(String(length, "C"), "postgresql")
    return Column(kind, nullable=False)


class InstanceRecord(SQLModel, table=True):
    """One machine in one application. No foreign keys: this row is the hot path.

    `last_seen` is in no index, so that the batched update of it stays a heap-only one.
    `grant_state` (model.GrantState) says what became of the last grant in `rollout_id`; exactly the
    rows with `grant_state` = OPEN hold a slot. `version` rises at each change of state; a batch
    that finds another `version` than it remembers knows its memory is stale.
    """

    __tablename__ = "omaha_instance"
    __table_args__ = (
        Index("ux_omaha_instance_machine", "machine_id", "application_id", unique=True),
        Index("ix_omaha_instance_status", "group_id", "status", "id"),
        Index("ix_omaha_instance_release", "group_id", "release", "id"),
        Index("ix_omaha_instance_name", "name", "id"),
        Index("ix_omaha_instance_ip", "ip", "id"),
        Index(
            "ix_omaha_instance_hidden",
            "group_id",
            postgresql_where=text("hidden"),
            sqlite_where=text("hidden"),
        ),
        Index(
            "ix_omaha_instance_rollout",
            "rollout_id",
            "grant_state",
            postgresql_where=text("rollout_id IS NOT NULL"),
            sqlite_where=text("rollout_id IS NOT NULL"),
        ),
        Index(
            "ix_omaha_instance_open",
            "expires_at",
            postgresql_where=text("grant_state = 1"),
            sqlite_where=text("grant_state = 1"),
        ),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigKey, Identity(always=False), primary_key=True)
    )
    application_id: int
    machine_id: str = Field(sa_column=_bytes_ordered(50))
    group_id: int
    release: str = Field(max_length=64, description="the version the machine reports")
    arch: int
    track: str = Field(default="", max_length=256)
    status: int = Field(default=1, description="model.UpdateStatus")
    reason: int = Field(default=0, description="model.Reason of the last hold; 0 none")
    error_code: int | None = Field(default=None, description="as the machine sent it")
    grant_state: int = Field(default=0, description="model.GrantState")
    rollout_id: int | None = None
    granted_release: str | None = Field(default=None, max_length=64)
    granted_at: float | None = None
    expires_at: float | None = Field(default=None, description="when an open grant times out")
    status_at: float
    created_at: float
    last_seen: float
    pinned: bool = Field(default=False, description="moved by an operator: track is ignored")
    hidden: bool = False
    name: str = Field(
        default="",
        sa_column=_bytes_ordered(256),
        description="the operator's name for it, else the machine's alias",
    )
    named: bool = Field(default=False, description="the name is the operator's")
    ip: str = Field(default="", sa_column=_bytes_ordered(45))
    oem: str = Field(default="", max_length=64)
    oem_version: str = Field(default="", max_length=64)
    aleph_version: str = Field(default="", max_length=64)
    platform: str = Field(default="", max_length=64)
    version: int = 1


class HistoryRecord(SQLModel, table=True):
    """A machine entered `status` at `at`. Never updated; thinned by retention."""

    __tablename__ = "omaha_history"
    __table_args__ = (
        Index("ix_omaha_history_instance", "instance_id", "id"),
        Index("ix_omaha_history_group", "group_id", "status", "at"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigKey, Identity(always=False), primary_key=True)
    )
    instance_id: int = Field(sa_column=Column(BigKey, nullable=False))
    group_id: int
    rollout_id: int | None = None
    at: float
    status: int
    release: str = Field(max_length=64, description="the version concerned: the granted one")
    reason: int = 0
    error_code: int | None = None


class CounterRecord(SQLModel, table=True):
    """The counts a grant is decided by, one row per group: the lock every grant takes.

    `buckets` is a JSON list of [bucket number, grants]: a fixed number of them covers the
    policy's period (see `policy.buckets`). `silent` is refreshed by a sweep.
    """

    __tablename__ = "omaha_counter"

    group_id: int = Field(primary_key=True)
    in_progress: int = 0
    timed_out: int = 0
    buckets: str = Field(default="[]", sa_column=Column(Text, nullable=False))
    silent: int = Field(default=0, description="machines unseen for 24 hours")
    silent_at: float = 0.0


class TallyRecord(SQLModel, table=True):
    """How many machines of a group run `release` in `status`: overview in O(combinations)."""

    __tablename__ = "omaha_tally"

    group_id: int = Field(primary_key=True)
    release: str = Field(primary_key=True, max_length=64)
    status: int = Field(primary_key=True)
    machines: int = 0


class RollupRecord(SQLModel, table=True):
    """The tally as it was at `at`, kept at falling resolution (`seconds` 300, 3600, 86400)."""

    __tablename__ = "omaha_rollup"

    seconds: int = Field(primary_key=True)
    at: float = Field(primary_key=True)
    group_id: int = Field(primary_key=True)
    release: str = Field(primary_key=True, max_length=64)
    status: int = Field(primary_key=True)
    machines: int


class FleetEventRecord(SQLModel, table=True):
    """What an operator would want to read about: model.FleetEventKind with model.Severity."""

    __tablename__ = "omaha_event"
    __table_args__ = (Index("ix_omaha_event_group", "group_id", "id"),)

    id: int | None = Field(
        default=None, sa_column=Column(BigKey, Identity(always=False), primary_key=True)
    )
    at: float = Field(index=True)
    kind: int
    severity: int
    application_id: int | None = None
    group_id: int | None = None
    channel_id: int | None = None
    rollout_id: int | None = None
    instance_id: int | None = Field(default=None, sa_column=Column(BigKey, nullable=True))
    machine_id: str = Field(default="", max_length=50)
    release: str = Field(default="", max_length=64)
    error_code: int | None = None
    detail: str = Field(default="", max_length=1024)
