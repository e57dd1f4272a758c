"""What the routes of provisioning take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["MadeScimToken", "NewScimToken", "ProvisioningView", "ScimRotation", "ScimTokenView"]


class NewScimToken(BaseModel):
    """For how many days the token is good."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(ge=1, le=3660)] = 365


class ScimRotation(BaseModel):
    """How many hours the old token works beside the new one; as configured unless given."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: Annotated[int, Field(ge=0, le=720)] | None = None


class ScimTokenView(BaseModel):
    """A provider's token without its secret: `prefix` is its clear beginning. `replaced`: when it
    was rotated; it works until `expires`. Times are Unix seconds."""

    id: str
    prefix: str
    created: float
    created_by: str
    expires: float
    replaced: float | None
    last_used: float | None
    last_address: str


class MadeScimToken(ScimTokenView):
    """A token just made. `secret` is told this one time and kept nowhere."""

    secret: str


class ProvisioningView(BaseModel):
    """How a provider provisions its people (SCIM). `address` is what its client is given;
    `external` is the claim or attribute of a sign-in that has to be the client's `externalId`.
    `waiting` people were told of and have not signed in yet."""

    address: str
    external: str
    people: int
    waiting: int
    deactivated: int
    groups: int
    tokens: list[ScimTokenView]
    overlap_hours: int
