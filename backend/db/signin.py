"""What sign-in remembers between attempts, shared by every replica."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

__all__ = ["AttemptCount", "KnownDevice"]


class AttemptCount(SQLModel, table=True):
    """One limit's state (`backend.identity.limits`): when the attempts counted are worn off."""

    __tablename__ = "sign_in_attempts"

    key: str = Field(primary_key=True, max_length=80)
    until: float = Field(index=True)


class KnownDevice(SQLModel, table=True):
    """A browser that signed in to an account; `id` is the SHA-256 of its device cookie."""

    __tablename__ = "known_device"

    id: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True)
    address: str = Field(max_length=64)
    used: float
