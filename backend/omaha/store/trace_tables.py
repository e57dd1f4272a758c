"""Tables of what asked and is no machine: refused requests, and mirrors. Both are bounded."""

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

__all__ = ["MirrorRecord", "RefusedRecord"]


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
