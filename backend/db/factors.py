"""What local accounts show beside their password: authenticator apps and recovery codes."""

from __future__ import annotations

import time
from typing import Final

from sqlmodel import Field, SQLModel

__all__ = ["TOTP_TABLE", "RecoveryCode", "TotpFactor"]

TOTP_TABLE: Final = "totp_factor"


class TotpFactor(SQLModel, table=True):
    """The authenticator app of a person; its secret lies sealed in `sealed_secret` under their id.
    `last_step` is the newest step a code of which was taken: no code of it, or from before, is
    taken again."""

    __tablename__ = TOTP_TABLE

    user_id: str = Field(
        foreign_key="user_account.id", ondelete="CASCADE", primary_key=True, max_length=32
    )
    created: float = Field(default_factory=time.time)
    used: float | None = None
    last_step: int


class RecoveryCode(SQLModel, table=True):
    """A recovery code that is not used yet; `id` is the SHA-256 of its person's id and the code,
    which is random enough (99 bits)."""

    __tablename__ = "recovery_code"

    id: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(
        foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=32
    )
