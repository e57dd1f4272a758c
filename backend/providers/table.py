"""The tables of sign-in by provider."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import JSON, Column, Text
from sqlmodel import Field, SQLModel

from backend.db.identity import new_id

__all__ = [
    "PROVIDERS",
    "SESSIONS",
    "AssertionSeen",
    "LoginAttempt",
    "LogoutSeen",
    "ProviderRow",
    "ProviderSession",
    "ProviderTrial",
]

PROVIDERS = "identity_provider"
SESSIONS = "provider_session"


class ProviderRow(SQLModel, table=True):
    """A provider made in the console. Its secret lies sealed in `sealed_secret` under `id`;
    `place` is its order among the buttons, `settings` what only providers of its kind have, and
    `address` where it is, for people to read."""

    __tablename__ = PROVIDERS

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    name: str = Field(max_length=63, unique=True)
    kind: str = Field(max_length=32)
    label: str = Field(max_length=128)
    place: int = 0
    address: str = Field(max_length=512)
    settings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    domains: list[str] = Field(sa_column=Column(JSON, nullable=False))
    known_only: bool = False
    disabled: bool = False
    row_version: int = 1
    created: float = Field(default_factory=time.time)
    created_by: str = Field(default="", max_length=128)
    changed: float = Field(default_factory=time.time)
    changed_by: str = Field(default="", max_length=128)


class LoginAttempt(SQLModel, table=True):
    """One press of a provider's button, good once and for ten minutes. `id` and `browser` are
    SHA-256 of the `state` and of the browser's cookie; `trial_by` is the administrator who only
    tries what a sign-in would give, `link_to` the account that is to be known by the provider from
    then on."""

    __tablename__ = "login_attempt"

    id: str = Field(primary_key=True, max_length=64)
    provider: str = Field(max_length=63)
    version: str = Field(max_length=64)
    """The provider's settings it was begun with: an attempt does not outlive their change."""
    browser: str = Field(max_length=64)
    nonce: str = Field(max_length=64)
    verifier: str = Field(max_length=128)
    redirect: str = Field(max_length=1024)
    next: str = Field(max_length=2048)
    trial_by: str = Field(default="", max_length=32)
    link_to: str = Field(default="", max_length=32)
    answer: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """What a SAML provider's posted answer is worth, as JSON, until the browser comes for it."""
    expires: float = Field(index=True)


class ProviderSession(SQLModel, table=True):
    """What a provider's logout and a refresh need to know of a session. Its tokens lie sealed
    under `session_id`; `due` is when its groups are asked for again, None: never."""

    __tablename__ = SESSIONS

    session_id: str = Field(
        foreign_key="user_session.id", ondelete="CASCADE", primary_key=True, max_length=64
    )
    provider: str = Field(max_length=63, index=True)
    issuer: str = Field(max_length=512)
    subject: str = Field(max_length=256)
    sid: str = Field(default="", max_length=256)
    due: float | None = Field(default=None, index=True)


class LogoutSeen(SQLModel, table=True):
    """A logout token that was used; `id` is the SHA-256 of its provider, issuer and `jti`."""

    __tablename__ = "logout_token_seen"

    id: str = Field(primary_key=True, max_length=64)
    expires: float = Field(index=True)


class AssertionSeen(SQLModel, table=True):
    """A SAML assertion that was used; `id` is the SHA-256 of its provider, entityID and id."""

    __tablename__ = "saml_assertion_seen"

    id: str = Field(primary_key=True, max_length=64)
    expires: float = Field(index=True)


class ProviderTrial(SQLModel, table=True):
    """What a dry-run sign-in found, as JSON, for the administrator who made it."""

    __tablename__ = "provider_trial"

    id: str = Field(primary_key=True, max_length=64)
    provider: str = Field(max_length=63)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", max_length=32)
    found: str = Field(sa_column=Column(Text, nullable=False))
    expires: float = Field(index=True)
