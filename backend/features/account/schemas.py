"""What the routes of accounts take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from auth.password import MAX_LENGTH
from backend.http.fields import NO_CONTROLS, SECRET, Code
from backend.http.passkeys import PasskeyAnswer

__all__ = [
    "AccountView",
    "AuthenticatorView",
    "NewPasskey",
    "OneTimePassword",
    "PasskeyAdded",
    "PasskeyChange",
    "PasskeyView",
    "PasswordChange",
    "PasswordChanged",
    "RecoveryCodes",
    "SecondFactorsRemoved",
    "TotpConfirmation",
]

Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH), SECRET]


class AuthenticatorView(BaseModel):
    """An authenticator app: since when, and when a code of it was taken last (Unix seconds)."""

    created: float
    used: float | None


class PasskeyView(BaseModel):
    """A passkey: what its person calls it, since when, and its last use (Unix seconds).
    `row_version` changes with the name."""

    id: str
    name: str
    created: float
    used: float | None
    row_version: int


class AccountView(BaseModel):
    """How the caller signs in. `password`: whether the console has one of theirs; `recovery_codes`
    is how many of them are not used yet."""

    login: str
    name: str
    password: bool
    authenticator: AuthenticatorView | None
    recovery_codes: int
    passkeys: list[PasskeyView]
    passkeys_here: bool
    """Whether passkeys can be used at this console's address."""


class TotpConfirmation(BaseModel):
    """The first code that the app shows, with the `state` of its set-up."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    code: Code


class RecoveryCodes(BaseModel):
    """Each signs in once in place of a second factor; they are told this one time."""

    codes: list[str]


PasskeyName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=NO_CONTROLS),
]


class NewPasskey(PasskeyAnswer):
    """A passkey that was just made, and what to call it."""

    name: PasskeyName


class PasskeyChange(BaseModel):
    """What to call a passkey from now on."""

    model_config = ConfigDict(extra="forbid")

    name: PasskeyName


class PasskeyAdded(BaseModel):
    """The passkey, and recovery codes, told this one time, for who had none."""

    passkey: PasskeyView
    codes: list[str]


class SecondFactorsRemoved(BaseModel):
    """How many sessions ended by it."""

    sessions_ended: int


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
