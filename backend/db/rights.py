"""Who holds what: custom roles and bindings."""

from __future__ import annotations

import time

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.db.identity import new_id

__all__ = ["BindingRecord", "RoleRecord"]


class RoleRecord(SQLModel, table=True):
    """A custom role; `rights` as written (``pod:get``, ``*:list``), compiled when used."""

    __tablename__ = "custom_role"

    id: str = Field(primary_key=True, max_length=64)
    title: str = Field(max_length=256)
    rights: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created: float = Field(default_factory=time.time)
    row_version: int = 1


class BindingRecord(SQLModel, table=True):
    """A subject holds a role at `scope` (text form of auth.scope) until `expires`.

    The subject is named by kind and id without a foreign key, because it lies in one of four
    places; `backend.identity.removal` removes its bindings with it.
    """

    __tablename__ = "role_binding"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id", "role_id", "scope"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    subject_kind: str = Field(max_length=16)
    subject_id: str = Field(max_length=321)
    role_id: str = Field(max_length=64, index=True)
    scope: str = Field(max_length=4096)
    expires: float | None = None
    reason: str = Field(default="", max_length=512)
    created: float = Field(default_factory=time.time)
    created_by: str = Field(default="", max_length=128)
    row_version: int = 1
