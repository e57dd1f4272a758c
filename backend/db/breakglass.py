"""The organisation's break-glass account: sealed until somebody uses its printed code."""

from __future__ import annotations

import time
from typing import Final

from sqlmodel import Field, SQLModel

__all__ = ["ONE", "BreakGlass"]

ONE: Final = "one"
"""The only key: there is one such account."""


class BreakGlass(SQLModel, table=True):
    """Which account it is, and how it stands. `code` is the SHA-256 of the code that unseals it,
    empty once that was used: it is good once. `until` is when the present hour ends; the account
    itself is switched off outside of it. `unsealed` and `used` are the last times, of ever."""

    __tablename__ = "break_glass"

    id: str = Field(default=ONE, primary_key=True, max_length=8)
    user_id: str = Field(
        foreign_key="user_account.id", ondelete="CASCADE", unique=True, max_length=32
    )
    code: str = Field(max_length=64)
    printed: float = Field(default_factory=time.time)
    printed_by: str = Field(default="", max_length=128)
    unsealed: float | None = None
    unsealed_from: str = Field(default="", max_length=64)
    until: float | None = None
    used: float | None = None
    used_from: str = Field(default="", max_length=64)
    row_version: int = 1
