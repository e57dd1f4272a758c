"""Tables of what asked and is no machine: refused requests, and mirrors. What is remembered of
requests is bounded."""

from sqlalchemy import BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

__all__ = ["MirrorRecord", "RefusedRecord", "RegisteredMirrorRecord"]


class RefusedRecord(SQLModel, table=True):
    """Requests that were refused for one reason: `begins` are the first bytes of the latest,
    `ip` is where it came from, `requests` how many there were."""

    __tablename__ = "omaha_refused"

    key: str = Field(primary_key=True, max_length=320)
    kind: str = Field(max_length=16, description="checkin.traces.Fault")
    ip: str = Field(max_length=45)
    why: str = Field(max_length=400)
    begins: str = Field(max_length=400)
    requests: int = Field(sa_column=Column(BigInteger, nullable=False))
    first_at: float
    last_at: float = Field(index=True)


class MirrorRecord(SQLModel, table=True):
    """A server that mirrors a group's packages, by its address: it makes up a new id at each
    start. `offered` is the target it was told last, empty when nothing; `manifests` counts it
    and the floors before it."""

    __tablename__ = "omaha_mirror"

    key: str = Field(primary_key=True, max_length=400)
    application_id: int
    group_id: int
    ip: str = Field(max_length=45)
    machine_id: str = Field(max_length=64)
    release: str = Field(max_length=64, description="the version it has")
    offered: str = Field(max_length=64)
    manifests: int
    requests: int = Field(sa_column=Column(BigInteger, nullable=False))
    first_at: float
    last_at: float = Field(index=True)


class RegisteredMirrorRecord(SQLModel, table=True):
    """A server that a person says mirrors an application, whatever it sends: known by the id it
    gives itself, without braces."""

    __tablename__ = "omaha_registered_mirror"
    __table_args__ = (UniqueConstraint("application_id", "machine_id"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="omaha_application.id", ondelete="CASCADE")
    machine_id: str = Field(max_length=64)
    name: str = Field(max_length=128)
    created_at: float
    updated_at: float
    version: int = 1
