"""Requests for access: somebody asks for rights at a place, and somebody who may grant decides."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Final

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from backend.db.identity import new_id

__all__ = ["AccessRequestRecord", "RequestState"]


class RequestState(StrEnum):
    """What became of a request. Only a pending one can be decided; an expired one never was."""

    PENDING = "Pending"
    GRANTED = "Granted"
    REFUSED = "Refused"
    WITHDRAWN = "Withdrawn"
    EXPIRED = "Expired"


_PENDING: Final = text(f"state = '{RequestState.PENDING.value}'")


class AccessRequestRecord(SQLModel, table=True):
    """A person asks for `role_id`, or for whatever allows `wanted` (``kind:verb``), at `scope`,
    for `seconds`. Of one wish they have one pending request. `role_id` is what was given once it is
    granted, `expires` its end, `answer` what was said with the decision. It goes with the
    person."""

    __tablename__ = "access_request"
    __table_args__ = (
        Index(
            "ix_access_request_one_pending",
            "user_id",
            "role_id",
            "wanted",
            "scope",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    user_id: str = Field(
        foreign_key="user_account.id", ondelete="CASCADE", max_length=32, index=True
    )
    role_id: str = Field(default="", max_length=64)
    wanted: str = Field(default="", max_length=96)
    scope: str = Field(max_length=512)
    reason: str = Field(max_length=512)
    seconds: int
    state: str = Field(default=RequestState.PENDING, max_length=16)
    created: float = Field(default_factory=time.time)
    decided: float | None = Field(default=None, index=True)
    decided_by: str = Field(default="", max_length=128)
    answer: str = Field(default="", max_length=512)
    expires: float | None = None
    row_version: int = 1
