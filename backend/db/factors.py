"""What local accounts show beside their password: authenticator apps, recovery codes, passkeys."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

__all__ = ["TOTP_TABLE", "Passkey", "RecoveryCode", "TotpFactor"]

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


class Passkey(SQLModel, table=True):
    """A passkey of a person; `id` is the SHA-256 of its credential id, which with its public key is
    kept in base64url. `sign_count` is how often its device says it was used: one that goes back is
    a copy's. `name` is what its person calls it, `row_version` of the name."""

    __tablename__ = "passkey"

    id: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(
        foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=32
    )
    credential_id: str = Field(max_length=1364)
    public_key: str = Field(max_length=4096)
    sign_count: int = Field(sa_type=BigInteger)
    name: str = Field(max_length=64)
    created: float = Field(default_factory=time.time)
    used: float | None = None
    row_version: int = 1
