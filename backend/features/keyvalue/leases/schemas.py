"""What the routes of leases take and answer. Lease numbers in hexadecimal, as etcdctl has them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from backend.http.offering import Offer

__all__ = ["MOST_TTL", "GrantLease", "LeaseChanged", "LeaseId", "LeasePage", "LeaseView"]

MOST_TTL: Final = 9_000_000_000
"""etcd's own limit in seconds."""

LeaseId = Annotated[str, Field(pattern="^[0-9a-f]{1,16}$")]


class Told(BaseModel):
    """Answers always have all their members."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class LeaseView(Told):
    """A lease: seconds it was granted and has left, keys that go with it as far as the caller may
    see them, and how many others. `version` is what `If-Match` names: its keys as they are."""

    id: str
    granted: int
    left: int
    keys: list[str]
    others: int
    version: str
    offers: list[Offer]


class LeasePage(Told):
    """The first of the leases; `total` are all. `more_keys` of a lease are not listed here."""

    items: list[LeaseView]
    total: int
    offers: list[Offer]


class GrantLease(BaseModel):
    """How many seconds it is to run."""

    model_config = ConfigDict(extra="forbid")

    ttl: int = Field(ge=1, le=MOST_TTL)


class LeaseChanged(Told):
    """What came of it: seconds it has now, 0 where it is over; keys that went with it."""

    id: str
    left: int
    gone: int = 0
