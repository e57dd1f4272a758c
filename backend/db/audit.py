"""The durable record of who did what: one table for people, services and the console itself."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import BigInteger, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.db.identity import new_id

__all__ = ["AuditEntry"]


class AuditEntry(SQLModel, table=True):
    """One entry; never updated (a trigger refuses it), deleted by retention only.

    `key` sorts by time: millisecond hex, then a random part. `scope` is the text form of the
    target's scope and decides who sees the entry. `sequence`, `previous_hash` and `hash` stay
    empty until entries are chained (security reference, section 4): ``(organisation,
    sequence)`` will be the chain's order, and the hash cover every other column.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("organisation", "sequence", name="uq_audit_entry_organisation_sequence"),
    )

    key: str = Field(primary_key=True, max_length=48)
    at: float = Field(index=True)
    organisation: str = Field(max_length=253)
    actor: str = Field(max_length=128, index=True)
    subject_kind: str = Field(max_length=16)
    subject_id: str = Field(max_length=128, index=True)
    credential_kind: str = Field(max_length=16)
    credential_id: str = Field(max_length=64)
    address: str = Field(max_length=64)
    request: str = Field(max_length=64, index=True)
    action: str = Field(max_length=96, index=True)
    decision: str = Field(max_length=16)
    binding: str = Field(max_length=64)
    outcome: str = Field(max_length=16)
    target_kind: str = Field(max_length=64)
    target_id: str = Field(max_length=512)
    target: str = Field(max_length=512)
    scope: str = Field(max_length=4096, index=True)
    detail: str = Field(sa_column=Column(Text, nullable=False))
    change: str = Field(sa_column=Column(Text, nullable=False))
    times: int
    sequence: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)

    @classmethod
    def at_now(cls, organisation: str, **values: Any) -> AuditEntry:
        """An entry stamped with the present time and a fresh key; text not given is empty."""
        now = time.time()
        blank: dict[str, Any] = {
            name: ""
            for name, field in cls.model_fields.items()
            if field.annotation is str and name != "key"
        }
        given = blank | {"times": 1, "scope": f"org/{organisation}"} | values
        key = f"{int(now * 1000):012x}-{new_id()}"
        return cls(**given | {"key": key, "at": now, "organisation": organisation})
