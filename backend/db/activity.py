"""The durable record of who did what in the console."""

from __future__ import annotations

import time

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from backend.db.identity import new_id

__all__ = ["ActivityRecord"]


class ActivityRecord(SQLModel, table=True):
    """One entry; never updated. `key` sorts by time: millisecond hex, then a random part."""

    __tablename__ = "activity"

    key: str = Field(primary_key=True, max_length=48)
    at: float = Field(index=True)
    actor: str = Field(max_length=128, index=True)
    action: str = Field(max_length=64, index=True)
    outcome: str = Field(max_length=16)
    target_kind: str = Field(default="", max_length=64)
    target: str = Field(default="", max_length=512)
    detail: str = Field(default="", sa_column=Column(Text, nullable=False))
    address: str = Field(default="", max_length=64)
    request: str = Field(default="", max_length=64)

    @classmethod
    def at_now(cls, **fields: str) -> ActivityRecord:
        """An entry stamped with the present time and a fresh key."""
        now = time.time()
        return cls(key=f"{int(now * 1000):012x}-{new_id()}", at=now, **fields)
