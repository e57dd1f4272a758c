"""Saved views of tables."""

from __future__ import annotations

import time

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.db.identity import new_id

__all__ = ["SavedViewRecord"]


class SavedViewRecord(SQLModel, table=True):
    """What a person keeps of a table under a name: `search` is the page's query string. It goes
    with its owner, shared or not."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("owner_id", "collection", "name", name="uq_saved_view_owner_name"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    collection: str = Field(max_length=64, index=True)
    name: str = Field(max_length=80)
    search: str = Field(sa_column=Column(Text, nullable=False))
    shared: bool = False
    owner_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", max_length=32)
    created: float = Field(default_factory=time.time)
    changed: float = Field(default_factory=time.time)
    changed_by: str = Field(max_length=128)
    row_version: int = 1
