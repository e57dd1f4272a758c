"""What the routes of service accounts take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from backend.http.fields import NO_CONTROLS

__all__ = ["NewServiceAccount", "ServiceAccountChange", "ServiceAccountView"]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=256, pattern=NO_CONTROLS)
]


class NewServiceAccount(BaseModel):
    """A service account of `team`, or without one of the whole organisation. `title` says what it
    is for."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    title: Title = ""
    team: Annotated[str, StringConstraints(max_length=63, pattern=NO_CONTROLS)] = ""


class ServiceAccountChange(BaseModel):
    """Say what it is for, or switch it off or on. Absent fields stay."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    disabled: bool | None = None


class ServiceAccountView(BaseModel):
    """A service account. `row_version` guards changes (`If-Match`)."""

    id: str
    name: str
    title: str
    team: str
    disabled: bool
    created: float
    created_by: str
    row_version: int
