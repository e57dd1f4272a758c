"""What the routes of the break-glass account take and give."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from auth.password import MAX_LENGTH
from backend.http.fields import SECRET, Code

__all__ = [
    "BreakGlassCode",
    "BreakGlassMade",
    "BreakGlassView",
    "NewBreakGlass",
    "Unseal",
    "UnsealedView",
]


class BreakGlassView(BaseModel):
    """How the break-glass account stands: there is ``none``, it is ``sealed``, ``open`` until
    `until`, or ``used``, its hour over and no code printed since. Times are Unix seconds;
    `unsealed` and `used` tell of the last time. `row_version` guards changes (`If-Match`)."""

    state: Literal["none", "sealed", "open", "used"]
    login: str = ""
    until: float | None = None
    printed: float | None = None
    printed_by: str = ""
    unsealed: float | None = None
    unsealed_from: str = ""
    used: float | None = None
    used_from: str = ""
    row_version: int = 0


class NewBreakGlass(BaseModel):
    """The account to make: its name and password, and the first code of its authenticator app,
    with the `state` of that app's set-up."""

    model_config = ConfigDict(extra="forbid")

    login: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$")]
    password: Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH), SECRET]
    state: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    code: Code


class BreakGlassCode(BaseModel):
    """The code that unseals the account, good once and told this one time; how many of its
    sessions ended by that."""

    login: str
    code: str
    sessions_ended: int


class BreakGlassMade(BreakGlassCode):
    """With recovery codes for who has not the app at hand, each good once."""

    recovery_codes: list[str]


class Unseal(BaseModel):
    """The printed code, as it was typed."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(min_length=1, max_length=64), SECRET]


class UnsealedView(BaseModel):
    """Who signs in now, with password and second factor, until Unix seconds `until`."""

    login: str
    until: float
