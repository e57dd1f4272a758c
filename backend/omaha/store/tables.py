"""The update service's tables: what operators configure. The fleet's are in `fleet_tables`.

All names start with `omaha_`. Times are Unix seconds (UTC, floating point). Every row an
operator can edit has `version`, raised by one at each edit: the ETag of the REST API and
the guard of each write. After any edit here, in the same transaction, call
`backend.omaha.store.announce.announce` so that every replica reloads.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.omaha.store.machine_tables import (
    CounterRecord,
    FleetEventRecord,
    HistoryRecord,
    InstanceRecord,
    RollupRecord,
    TallyRecord,
)
from backend.omaha.store.trace_tables import MirrorRecord, RefusedRecord, RegisteredMirrorRecord

__all__ = [
    "ApplicationRecord",
    "BlacklistRecord",
    "ChannelRecord",
    "ConfigRecord",
    "CounterRecord",
    "FileRecord",
    "FleetEventRecord",
    "FloorRecord",
    "GroupRecord",
    "HistoryRecord",
    "InstanceRecord",
    "MirrorRecord",
    "PackageFileRecord",
    "PackageRecord",
    "RefusedRecord",
    "RegisteredMirrorRecord",
    "RolloutRecord",
    "RollupRecord",
    "TallyRecord",
    "UploadRecord",
]


class ApplicationRecord(SQLModel, table=True):
    """What gets updated: Flatcar itself, or an agent. `appid` is the Omaha appid in lower
    case without braces; requests match it with or without them (updates 3.1)."""

    __tablename__ = "omaha_application"

    id: int | None = Field(default=None, primary_key=True)
    appid: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=128, unique=True)
    description: str = Field(default="", max_length=1024)
    created_at: float
    updated_at: float
    version: int = 1


class PackageRecord(SQLModel, table=True):
    """One version for one architecture. `url` is the code base and ends with `/`; empty
    means this service hosts the payload. Hashes: `sha1` and `sha256` in base64, as the
    manifest carries them."""

    __tablename__ = "omaha_package"
    __table_args__ = (UniqueConstraint("application_id", "release", "arch"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="omaha_application.id", index=True)
    release: str = Field(max_length=64, description="the semantic version machines report")
    arch: int = Field(description="model.Arch")
    kind: int = Field(default=1, description="model.PackageKind")
    url: str = Field(default="", max_length=1024)
    filename: str = Field(max_length=256)
    size: int = Field(description="bytes")
    sha1: str = Field(default="", max_length=64)
    sha256: str = Field(max_length=64)
    description: str = Field(default="", max_length=1024)
    release_notes: str = Field(default="", sa_column=Column(Text, nullable=False))
    created_at: float
    updated_at: float
    version: int = 1


class PackageFileRecord(SQLModel, table=True):
    """An extra file of a package (`oem-<ID>.gz`, `flatcar-<name>.gz`), listed after the
    payload in the manifest. `sha1` base64, `sha256` hex (updates 2.3)."""

    __tablename__ = "omaha_package_file"
    __table_args__ = (UniqueConstraint("package_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    package_id: int = Field(foreign_key="omaha_package.id", ondelete="CASCADE")
    name: str = Field(max_length=256)
    size: int
    sha1: str = Field(default="", max_length=64)
    sha256: str = Field(default="", max_length=64)


class ChannelRecord(SQLModel, table=True):
    """A named pointer at the package machines should run, per architecture."""

    __tablename__ = "omaha_channel"
    __table_args__ = (UniqueConstraint("application_id", "name", "arch"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="omaha_application.id")
    name: str = Field(max_length=64)
    arch: int = Field(description="model.Arch")
    color: str = Field(default="", max_length=16)
    package_id: int | None = Field(default=None, foreign_key="omaha_package.id", index=True)
    created_at: float
    updated_at: float
    version: int = 1


class FloorRecord(SQLModel, table=True):
    """On this channel, machines below this package must install it on their way up."""

    __tablename__ = "omaha_floor"

    channel_id: int = Field(primary_key=True, foreign_key="omaha_channel.id", ondelete="CASCADE")
    package_id: int = Field(primary_key=True, foreign_key="omaha_package.id", index=True)
    reason: str = Field(default="", max_length=1024)
    created_at: float


class BlacklistRecord(SQLModel, table=True):
    """This package is never offered on this channel, nor may the channel point at it."""

    __tablename__ = "omaha_blacklist"

    package_id: int = Field(primary_key=True, foreign_key="omaha_package.id", ondelete="CASCADE")
    channel_id: int = Field(
        primary_key=True, foreign_key="omaha_channel.id", ondelete="CASCADE", index=True
    )


class GroupRecord(SQLModel, table=True):
    """Machines that ask with one `track` (their GROUP setting) and architecture, and the
    policy they get. `policy` is a `rules.RolloutPolicy` document. `rollout_id` is the rollout in
    force; the service opens one whenever the target changes.
    """

    __tablename__ = "omaha_group"
    __table_args__ = (
        UniqueConstraint("application_id", "track", "arch"),
        UniqueConstraint("application_id", "name", "arch"),
    )

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="omaha_application.id")
    channel_id: int | None = Field(default=None, foreign_key="omaha_channel.id", index=True)
    name: str = Field(max_length=128)
    description: str = Field(default="", max_length=1024)
    track: str = Field(max_length=256)
    arch: int = Field(description="model.Arch; ALL serves what no group of its own arch does")
    policy: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    rollout_id: int | None = None
    created_at: float
    updated_at: float
    version: int = 1


class RolloutRecord(SQLModel, table=True):
    """One group on its way to one package: state, position and exact counts of its machines
    by outcome. `wave_base_*` are the counts when the present wave began; `paused_seconds`
    and `paused_at` keep a linear schedule's position over pauses.
    """

    __tablename__ = "omaha_rollout"

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="omaha_group.id", ondelete="CASCADE", index=True)
    package_id: int = Field(foreign_key="omaha_package.id", index=True)
    release: str = Field(max_length=64)
    state: int = Field(default=1, description="model.RolloutState")
    reason: str = Field(default="", max_length=1024, description="why paused, aborted, braked")
    started_at: float | None = Field(default=None, description="the first grant")
    finished_at: float | None = None
    paused_at: float | None = None
    paused_seconds: float = 0.0
    in_progress: int = 0
    timed_out: int = 0
    succeeded: int = 0
    failed: int = 0
    deferred: int = 0
    forced: int = Field(default=0, description="grants past the rate by a forced check")
    wave: int = 0
    wave_started_at: float | None = None
    wave_base_succeeded: int = 0
    wave_base_failed: int = 0
    brake_base: int = Field(default=0, description="failures and timeouts forgiven at a resume")
    created_at: float
    version: int = 1


class FileRecord(SQLModel, table=True):
    """A hosted payload or extra file. `path` is relative to the payload directory; `received`
    grows during an upload; the file is served once `complete`."""

    __tablename__ = "omaha_file"

    id: int | None = Field(default=None, primary_key=True)
    package_id: int | None = Field(
        default=None, foreign_key="omaha_package.id", index=True, ondelete="SET NULL"
    )
    name: str = Field(max_length=256, unique=True, description="unique under the code base")
    path: str = Field(max_length=512)
    size: int = 0
    received: int = 0
    sha1: str = Field(default="", max_length=64, description="base64")
    sha256: str = Field(default="", max_length=64, description="hex")
    complete: bool = False
    signature: str = Field(default="", max_length=512, description="path of a kept signature")
    created_at: float
    updated_at: float
    version: int = 1


class UploadRecord(SQLModel, table=True):
    """An unfinished upload: `received` of `size` bytes are recorded, in `pieces`, the (fence,
    bytes) of each writer in turn as JSON. Until `writer_until` (by the database's clock) nobody
    but the writer of `fence` goes on with it, and with a `job_id` nobody but the job that
    finishes it."""

    __tablename__ = "omaha_upload"

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=256)
    size: int = Field(sa_type=BigInteger)
    format: str = Field(max_length=16, description="header.Format")
    sha256: str = Field(default="", max_length=64, description="hex, as announced")
    received: int = Field(default=0, sa_type=BigInteger)
    pieces: str = Field(default="[]", sa_column=Column(Text, nullable=False))
    fence: int = 0
    writer_until: float = 0.0
    job_id: str = Field(default="", max_length=32)
    created_at: float
    updated_at: float
    version: int = 1


class ConfigRecord(SQLModel, table=True):
    """One row, id 1: raised by each edit of the above, so that replicas know to reload."""

    __tablename__ = "omaha_config"

    id: int = Field(default=1, primary_key=True)
    version: int = 1
