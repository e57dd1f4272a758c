"""Invitations: somebody who may create people lets a person make their own account here."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from backend.db.identity import new_id

__all__ = ["InvitationRecord"]

_OPEN: Final = text("accepted IS NULL AND revoked IS NULL")


class InvitationRecord(SQLModel, table=True):
    """An invitation to have the account `login`. `secret` is the SHA-256 of its link's 256-bit
    random value. On arrival the person gets `roles` (``role``, ``scope``) and comes into `teams`
    (ids), as far as the inviter may give all that then; `gives` says it to people. `email` is for
    display, never a key. It goes with its inviter."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "ix_invitation_one_open",
            "login",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    secret: str = Field(max_length=64, unique=True)
    login: str = Field(max_length=128)
    name: str = Field(default="", max_length=256)
    email: str = Field(default="", max_length=254)
    roles: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))
    teams: list[str] = Field(sa_column=Column(JSON, nullable=False))
    gives: str = Field(default="", max_length=1024)
    inviter_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True)
    created: float = Field(default_factory=time.time)
    expires: float = Field(index=True)
    accepted: float | None = None
    revoked: float | None = None
    row_version: int = 1
