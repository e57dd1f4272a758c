"""People and groups that a provider provisions (SCIM), and the tokens it does so with."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.db.identity import new_id

__all__ = [
    "ProvisionedGroup",
    "ProvisionedMember",
    "ProvisionedUser",
    "ProvisioningToken",
]


class ProvisioningToken(SQLModel, table=True):
    """What a provider shows to change its own people. `id` is the SHA-256 of its 256-bit random
    value, `prefix` its clear beginning. It counts for the `issuer` it was made for: another behind
    the same name has to be given its own. `replaced`: when it was rotated; it works on until
    `expires`."""

    __tablename__ = "scim_token"

    id: str = Field(primary_key=True, max_length=64)
    provider: str = Field(max_length=63, index=True)
    issuer: str = Field(max_length=512)
    prefix: str = Field(max_length=24)
    created: float = Field(default_factory=time.time)
    created_by: str = Field(default="", max_length=128)
    expires: float
    replaced: float | None = None
    last_used: float | None = None
    last_address: str = Field(default="", max_length=64)


class ProvisionedUser(SQLModel, table=True):
    """A person as their provider tells of them. `user_id` is their account; `external_id` leads to
    it at the first sign-in and never after. `user_folded` and `display_folded` are names as they
    are compared. `active` None: not told, which is active. With `deleted` it is what is left of one
    who may not sign in any more: nobody reads it."""

    __tablename__ = "scim_user"
    __table_args__ = (
        UniqueConstraint("provider", "external_id"),
        UniqueConstraint("provider", "user_folded"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    provider: str = Field(max_length=63)
    issuer: str = Field(max_length=512)
    user_id: str | None = Field(
        default=None, foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=32
    )
    external_id: str | None = Field(default=None, max_length=256)
    user_name: str = Field(max_length=256)
    user_folded: str | None = Field(default=None, max_length=512)
    active: bool | None = None
    display_name: str | None = Field(default=None, max_length=256)
    display_folded: str | None = Field(default=None, max_length=512)
    attributes: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created: float = Field(default_factory=time.time)
    changed: float = Field(default_factory=time.time)
    deleted: float | None = None
    row_version: int = 1


class ProvisionedGroup(SQLModel, table=True):
    """A group of a provider that alone says who is in it. `name` is part of its subject
    (``provider/name``); `name_folded` is it as it is compared."""

    __tablename__ = "scim_group"
    __table_args__ = (UniqueConstraint("provider", "name"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    provider: str = Field(max_length=63)
    name: str = Field(max_length=256)
    name_folded: str = Field(max_length=512)
    external_id: str | None = Field(default=None, max_length=256)
    created: float = Field(default_factory=time.time)
    changed: float = Field(default_factory=time.time)
    row_version: int = 1


class ProvisionedMember(SQLModel, table=True):
    """A provisioned person is in a provisioned group."""

    __tablename__ = "scim_member"

    group_id: str = Field(
        foreign_key="scim_group.id", ondelete="CASCADE", primary_key=True, max_length=32
    )
    member_id: str = Field(
        foreign_key="scim_user.id",
        ondelete="CASCADE",
        primary_key=True,
        index=True,
        max_length=32,
    )
