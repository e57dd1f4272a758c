"""The one table of sealed secrets: rotation and the check at start have one place to look."""

from __future__ import annotations

import time

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

__all__ = ["SealedSecret"]


class SealedSecret(SQLModel, table=True):
    """One secret field of one row of some table; its owner deletes it along with the row."""

    __tablename__ = "sealed_secret"

    owner: str = Field(primary_key=True, max_length=64)
    """The owning table."""
    row: str = Field(primary_key=True, max_length=64)
    field: str = Field(primary_key=True, max_length=64)
    key_id: str = Field(max_length=64, index=True)
    sealed: str = Field(sa_column=Column(Text, nullable=False))
    changed: float = Field(default_factory=time.time)
