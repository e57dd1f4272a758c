"""What the routes of accounts take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from auth.password import MAX_LENGTH
from backend.http.fields import SECRET

__all__ = ["AccountView", "OneTimePassword", "PasswordChange", "PasswordChanged"]

Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH), SECRET]


class AccountView(BaseModel):
    """How the caller signs in. `password`: whether the console has one of theirs."""

    login: str
    name: str
    password: bool


class PasswordChange(BaseModel):
    """A new password. `current` may be left out by who has just shown who they are. API tokens stay
    unless they are to be revoked too."""

    model_config = ConfigDict(extra="forbid")

    current: Password | None = None
    password: Password
    revoke_tokens: bool = False


class PasswordChanged(BaseModel):
    """How many other sessions ended by it, and how many API tokens were revoked or work on."""

    sessions_ended: int
    tokens_revoked: int
    tokens_left: int


class OneTimePassword(BaseModel):
    """A password that is good once and until `until` (Unix seconds); it is told this one time."""

    password: str
    until: float
    sessions_ended: int
