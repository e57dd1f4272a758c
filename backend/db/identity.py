"""Users, sessions, bindings, the setup token and the policy epoch."""

from __future__ import annotations

import time
import uuid

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

__all__ = ["BindingRecord", "PolicyEpoch", "SessionRecord", "SetupToken", "UserRecord", "new_id"]


def new_id() -> str:
    """A random 128-bit id in hex, made before insert."""
    return uuid.uuid4().hex


class UserRecord(SQLModel, table=True):
    """A person. The key is `id`; `login` is unique here but never an identity elsewhere."""

    __tablename__ = "user_account"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    login: str = Field(max_length=128, unique=True)
    name: str = Field(max_length=256)
    password_hash: str | None = Field(default=None, max_length=256)
    disabled: bool = False
    created: float = Field(default_factory=time.time)
    row_version: int = 1


class SessionRecord(SQLModel, table=True):
    """A signed-in browser. `id` is the SHA-256 of the cookie's 256-bit random value."""

    __tablename__ = "user_session"

    id: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True)
    created: float
    last_seen: float
    expires: float
    address: str = Field(default="", max_length=64)
    agent: str = Field(default="", max_length=256)


class BindingRecord(SQLModel, table=True):
    """`user_id` holds `role` at `scope` (text form of auth.scope).

    `login` repeats the user's, which never changes, so that a list needs no join.
    """

    __tablename__ = "role_binding"
    __table_args__ = (UniqueConstraint("user_id", "role", "scope"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True)
    login: str = Field(max_length=128)
    role: str = Field(max_length=64)
    scope: str = Field(max_length=4096)
    created: float = Field(default_factory=time.time)
    created_by: str = Field(default="", max_length=128)


class SetupToken(SQLModel, table=True):
    """The hash of the one-time setup link's token; gone once the first admin exists."""

    __tablename__ = "setup_token"

    id: str = Field(primary_key=True, max_length=64)
    expires: float


class PolicyEpoch(SQLModel, table=True):
    """One row: grows with every change of rights or end of a session, read by all replicas."""

    __tablename__ = "policy_epoch"

    id: int = Field(default=1, primary_key=True)
    value: int = 0
