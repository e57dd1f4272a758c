"""What the session and setup routes take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from auth.password import MAX_LENGTH
from backend.http.fields import NO_CONTROLS, SECRET, Code
from backend.http.passkeys import Credential

__all__ = [
    "HeldRole",
    "LoginRequest",
    "NextAnswer",
    "NextAsked",
    "SessionView",
    "SetupRequest",
    "SetupState",
    "SignedOut",
]

Login = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$")
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH), SECRET]


class LoginRequest(BaseModel):
    """Local sign-in."""

    login: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=NO_CONTROLS),
    ]
    password: Password


class NextAnswer(BaseModel):
    """The answer to a sign-in's next step, with the `state` that came with it: a new password, or
    the code of an authenticator app, a recovery code, or what a passkey answered."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    password: Password | None = None
    code: Code | None = None
    credential: Credential | None = None


class NextAsked(BaseModel):
    """Which sign-in's next step a passkey is to answer."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class SetupRequest(BaseModel):
    """The first owner, by the one-time link's token."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    login: Login
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=256, pattern=NO_CONTROLS)
    ]
    password: Password


class HeldRole(BaseModel):
    """A role held at a scope, both as text."""

    role: str
    title: str
    scope: str


class SessionView(BaseModel):
    """The caller and what they hold. `permissions` lists, per kind of thing, the verbs held
    somewhere such things can lie: for hiding what cannot be used, never a decision."""

    id: str
    login: str
    name: str
    organisation: str
    roles: list[HeldRole]
    permissions: dict[str, list[str]]
    recovery_codes: list[str] = []
    """Told this one time, to who set up a second factor on the way in."""


class SetupState(BaseModel):
    """Whether the console still waits for its first owner; whether passkeys can be used at its
    address."""

    needed: bool
    passkeys: bool


class SignedOut(BaseModel):
    """Where the browser goes to sign out at the identity provider too; empty for nowhere."""

    url: str
