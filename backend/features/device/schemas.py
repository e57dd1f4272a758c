"""What the routes of the device grant take and give."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from backend.http.fields import NO_CONTROLS

__all__ = ["Asking", "Code", "Decision", "DeviceAnswer", "DeviceCodes"]


class DeviceCodes(BaseModel):
    """The codes of a new request (RFC 8628, section 3.2). Times are seconds."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class DeviceAnswer(BaseModel):
    """The device is let in: the bearer token of its session, and for how many seconds at most."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 (a type, not a secret)
    expires_in: int


class Code(BaseModel):
    """The code a device shows, as it was typed."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=NO_CONTROLS)]


class Decision(Code):
    """Whether the device may act as the caller."""

    allow: bool


class Asking(BaseModel):
    """A device that asks: what it calls itself, from where and since when (Unix seconds); `here`
    says whether that is the address the caller has as well."""

    code: str
    client: str
    address: str
    here: bool
    created: float
    expires: float
