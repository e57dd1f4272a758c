"""What sign-in remembers between attempts, shared by every replica."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

__all__ = ["AttemptCount", "DeviceRequest", "KnownDevice", "SignInStep"]


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


class SignInStep(SQLModel, table=True):
    """Something begun that one answer ends: the next step of a sign-in, or a challenge. `id` is
    the SHA-256 of the value the browser holds; `held` is what only the console knows of it."""

    __tablename__ = "sign_in_step"

    id: str = Field(primary_key=True, max_length=64)
    purpose: str = Field(max_length=32)
    user_id: str | None = Field(
        default=None, foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=32
    )
    held: str = Field(default="", max_length=1024)
    expires: float = Field(index=True)


class DeviceRequest(SQLModel, table=True):
    """A command line that asks to be let in (RFC 8628). `id` is the SHA-256 of its device code,
    `code` of the code that its person types. `client` is what it calls itself, `address` where it
    asked from; `interval` how many seconds it has to wait between two questions. `decision` is
    empty, ``allowed`` or ``denied``, by `user_id`, who showed at `strong_at` who they are. One
    that was allowed goes as its session begins."""

    __tablename__ = "device_request"

    id: str = Field(primary_key=True, max_length=64)
    code: str = Field(max_length=64, unique=True)
    client: str = Field(max_length=128)
    address: str = Field(max_length=64)
    created: float
    expires: float = Field(index=True)
    polled: float = 0.0
    interval: float = 5.0
    decision: str = Field(default="", max_length=8)
    user_id: str | None = Field(
        default=None, foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=32
    )
    strong_at: float | None = None
