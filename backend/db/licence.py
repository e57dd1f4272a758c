"""Licences put in here, what is known of those in force, and what happened to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, Text
from sqlmodel import Field, SQLModel

__all__ = ["LICENCE_ROW", "LicenceDocument", "LicenceEvent", "LicenceState"]

LICENCE_ROW = "licence"
"""The id of the one row of `LicenceState`."""


class LicenceDocument(SQLModel, table=True):
    """A licence put in at the console; `id` is its own (jti), `token` as it was signed."""

    __tablename__ = "licence_document"

    id: str = Field(primary_key=True, max_length=256)
    token: str = Field(sa_column=Column(Text, nullable=False))
    added: float
    added_by: str = Field(max_length=128)


class LicenceState(SQLModel, table=True):
    """What the console remembers; one row. `state` since `since`, `over` the entitlements that
    are exceeded. `began`: the counts as DEGRADED began; `mark`: the clock's high-water mark,
    `resets` how often a person set it;
    `facts` by document: since when it is revoked, or bound elsewhere, and what replaced it;
    `kept` by source: the last licences it held that could be read. `row_version` rises
    with what people change."""

    __tablename__ = "licence_state"

    id: str = Field(primary_key=True, max_length=16)
    installation: str = Field(max_length=32)
    state: str = Field(max_length=16)
    since: float
    over: list[str] = Field(sa_column=Column(JSON, nullable=False))
    began: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    mark: float | None = None
    resets: int = 0
    facts: dict[str, dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    kept: dict[str, list[str]] = Field(sa_column=Column(JSON, nullable=False))
    row_version: int = 1


class LicenceEvent(SQLModel, table=True):
    """Something that happened to the licence: a new `state`, a limit passed, licences that came or
    went; `before` and `after` in the words of its `kind`."""

    __tablename__ = "license_event"

    id: str = Field(primary_key=True, max_length=32)
    at: float = Field(index=True)
    kind: str = Field(max_length=16)
    before: str = Field(max_length=1024)
    after: str = Field(max_length=1024)
    by: str = Field(max_length=128)
