"""What the routes of tokens take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from auth.subject import SubjectKind
from backend.http.fields import NO_CONTROLS

__all__ = ["MadeToken", "NewToken", "Rotation", "TokenChoices", "TokenKind", "TokenView"]

Right = Annotated[str, StringConstraints(pattern=r"^[a-z0-9*][a-z0-9-]{0,62}:[a-z*]{1,32}$")]
Place = Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=NO_CONTROLS)]


class NewToken(BaseModel):
    """A token for oneself, or for the service account whose id is `service`.

    `rights` are ``kind:verb``, where ``*`` means every kind that is not sensitive or every verb;
    `scopes` are places, e.g. ``org/main/cluster/c1/ns/web``, the whole organisation unless given.
    It never may more than its owner may at the time. `days` until it ends.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=NO_CONTROLS),
    ]
    rights: Annotated[list[Right], Field(min_length=1, max_length=400)]
    scopes: Annotated[list[Place], Field(max_length=50)] = []
    days: Annotated[int, Field(ge=1, le=3660)] | None = None
    service: Annotated[str, StringConstraints(min_length=1, max_length=32)] | None = None


class Rotation(BaseModel):
    """How many hours the old token works beside the new one; as configured unless given."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: Annotated[int, Field(ge=0, le=720)] | None = None


class TokenView(BaseModel):
    """A token without its secret: `prefix` is its clear beginning. `replaced`: when it was
    rotated; it works until `expires`. `workload`: whose token of another system it was exchanged
    for, by the trust rule `rule`. Times are Unix seconds."""

    id: str
    name: str
    prefix: str
    owner_kind: SubjectKind
    owner_id: str
    rights: list[str]
    scopes: list[str]
    created: float
    created_by: str
    expires: float
    replaced: float | None
    last_used: float | None
    last_address: str
    rule: str
    workload: str


class MadeToken(TokenView):
    """A token just made. `secret` is told this one time and kept nowhere."""

    secret: str


class TokenKind(BaseModel):
    """A kind of thing and the verbs on it that the owner holds somewhere."""

    kind: str
    title: str
    verbs: list[str]


class TokenChoices(BaseModel):
    """What a token of this owner may be made for: kinds and places, and for how long."""

    kinds: list[TokenKind]
    scopes: list[str]
    days: int
    most_days: int
    overlap_hours: int
