"""Who there is: users with their sign-in identities, teams, groups, services; sessions and
tokens; the setup token and the policy epoch. Roles and bindings are in `backend.db.rights`.
"""

from __future__ import annotations

import time
import uuid

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

__all__ = [
    "GroupRecord",
    "IdentityRecord",
    "MembershipRecord",
    "PolicyEpoch",
    "ServiceRecord",
    "SessionRecord",
    "SetupToken",
    "TeamRecord",
    "TokenRecord",
    "UserRecord",
    "new_id",
]


def new_id() -> str:
    """A random 128-bit id in hex, made before insert."""
    return uuid.uuid4().hex


class UserRecord(SQLModel, table=True):
    """A person. The key is `id`; `login` is unique here but never an identity elsewhere. With
    `one_time_until` the password is one that somebody else was shown: good until then, and only to
    set another."""

    __tablename__ = "user_account"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    login: str = Field(max_length=128, unique=True)
    name: str = Field(max_length=256)
    password_hash: str | None = Field(default=None, max_length=256)
    disabled: bool = False
    created: float = Field(default_factory=time.time)
    row_version: int = 1
    one_time_until: float | None = None


class IdentityRecord(SQLModel, table=True):
    """How a provider knows a user: (provider, issuer, subject). A local password needs none.
    `login` and `email` are what it called them last: for display, never a key. `refused`: since
    when it does not let them in; `looked`: when it was last asked about them without a session."""

    __tablename__ = "user_identity"
    __table_args__ = (UniqueConstraint("provider", "issuer", "subject"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True)
    provider: str = Field(max_length=64)
    issuer: str = Field(max_length=512)
    subject: str = Field(max_length=256)
    created: float = Field(default_factory=time.time)
    login: str = Field(default="", max_length=128)
    email: str = Field(default="", max_length=256)
    used: float = 0.0
    refused: float | None = None
    looked: float = 0.0
    external: str = Field(default="", max_length=256)
    """What the provider's SCIM client calls them (`externalId`), as it told at the last sign-in."""


class GroupRecord(SQLModel, table=True):
    """A user is in the group `name` of `provider`, as it said at their last sign-in; with `scim` as
    it provisions the group, which holds until it says otherwise."""

    __tablename__ = "user_group"

    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", primary_key=True)
    provider: str = Field(primary_key=True, max_length=64)
    name: str = Field(primary_key=True, max_length=256)
    told: float = Field(default_factory=time.time)
    """When the provider said so last."""
    scim: bool = False


class TeamRecord(SQLModel, table=True):
    """A team of this console; `name` is its segment in scopes and never changes."""

    __tablename__ = "team"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    name: str = Field(max_length=63, unique=True)
    title: str = Field(max_length=256)
    created: float = Field(default_factory=time.time)
    row_version: int = 1


class MembershipRecord(SQLModel, table=True):
    """A user belongs to a team."""

    __tablename__ = "team_member"

    team_id: str = Field(foreign_key="team.id", ondelete="CASCADE", primary_key=True)
    user_id: str = Field(
        foreign_key="user_account.id", ondelete="CASCADE", primary_key=True, index=True
    )
    created: float = Field(default_factory=time.time)


class ServiceRecord(SQLModel, table=True):
    """A service account: something other than a person that calls with tokens of its own. It
    belongs to the team of that name, or to the organisation; `title` says what it is for."""

    __tablename__ = "service_account"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    name: str = Field(max_length=128, unique=True)
    title: str = Field(default="", max_length=256)
    team: str = Field(default="", max_length=63)
    disabled: bool = False
    created: float = Field(default_factory=time.time)
    created_by: str = Field(default="", max_length=128)
    row_version: int = 1


class SessionRecord(SQLModel, table=True):
    """A signed-in browser. `id` is the SHA-256 of the cookie's 256-bit random value; `address`
    is where it was opened, `last_address` where it was used last. `replaced_by`: the id under which
    it goes on since its person showed again who they are; the old one is over soon."""

    __tablename__ = "user_session"

    id: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True)
    created: float
    last_seen: float
    expires: float
    address: str = Field(default="", max_length=64)
    last_address: str = Field(default="", max_length=64)
    agent: str = Field(default="", max_length=256)
    method: str = Field(default="password", max_length=32)
    provider: str = Field(default="", max_length=63)
    strong_at: float | None = None
    replaced_by: str | None = Field(default=None, max_length=64, index=True)


class TokenRecord(SQLModel, table=True):
    """An access token. `id` is the SHA-256 of its 256-bit random value; `prefix` its clear
    beginning, for people. `rights` (``kind:verb``) and `scopes` bound what it may do of what
    its owner, a user or a service, may do at the time. `replaced`: when it was rotated; it works
    on until `expires`. `rule`: the trust rule by which `workload`, the subject of another system's
    token, got it."""

    __tablename__ = "access_token"

    id: str = Field(primary_key=True, max_length=64)
    owner_kind: str = Field(max_length=16)
    owner_id: str = Field(max_length=32, index=True)
    name: str = Field(max_length=128)
    prefix: str = Field(max_length=16)
    rights: list[str] = Field(sa_column=Column(JSON, nullable=False))
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created: float = Field(default_factory=time.time)
    expires: float
    last_used: float | None = None
    last_address: str = Field(default="", max_length=64)
    created_by: str = Field(default="", max_length=128)
    replaced: float | None = None
    rule: str = Field(default="", max_length=32, index=True)
    workload: str = Field(default="", max_length=256)


class SetupToken(SQLModel, table=True):
    """The hash of the one-time setup link's token; gone once the first admin exists."""

    __tablename__ = "setup_token"

    id: str = Field(primary_key=True, max_length=64)
    expires: float


class PolicyEpoch(SQLModel, table=True):
    """One row: grows with every change of rights or end of a session. Whoever changes rights
    updates it first, so it is also the lock under which they change."""

    __tablename__ = "policy_epoch"

    id: int = Field(default=1, primary_key=True)
    value: int = 0
