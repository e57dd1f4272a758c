"""The durable record of who did what: one table for people, services and the console itself, and
beside it the chain that proves it (`backend/audit/README.md`)."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field, SQLModel

from backend.db.identity import new_id

__all__ = [
    "AuditCheckpoint",
    "AuditEntry",
    "AuditForward",
    "AuditKey",
    "AuditLink",
    "AuditPending",
    "AuditValue",
    "AuditVerification",
]

_LISTED = ("actor", "action", "address", "binding", "decision", "outcome", "request", "scope",
           "subject_id", "target", "target_id", "target_kind")  # fmt: skip
"""What the list is filtered by: each has an index that ends in the time."""


class AuditEntry(SQLModel, table=True):
    """One entry; never updated (a trigger refuses it), deleted by retention only.

    `key` sorts by time: millisecond hex, then a random part. `scope` is the text form of the
    target's scope and decides who sees the entry. `provider` is the way they signed in,
    ``oidc:NAME`` or ``password``; `upstream` what another system answered.
    """

    __tablename__ = "audit_entry"
    __table_args__ = tuple(Index(f"ix_audit_entry_{name}_at", name, "at") for name in _LISTED)

    key: str = Field(primary_key=True, max_length=48)
    at: float = Field(index=True)
    organisation: str = Field(max_length=253)
    actor: str = Field(max_length=128)
    subject_kind: str = Field(max_length=16)
    subject_id: str = Field(max_length=128)
    credential_kind: str = Field(max_length=16)
    credential_id: str = Field(max_length=64)
    provider: str = Field(default="", max_length=96)
    address: str = Field(max_length=64)
    agent: str = Field(default="", max_length=256)
    request: str = Field(max_length=64)
    action: str = Field(max_length=96)
    decision: str = Field(max_length=16)
    binding: str = Field(max_length=64)
    outcome: str = Field(max_length=16)
    target_kind: str = Field(max_length=64)
    target_id: str = Field(max_length=512)
    target: str = Field(max_length=512)
    scope: str = Field(max_length=4096)
    detail: str = Field(sa_column=Column(Text, nullable=False))
    change: str = Field(sa_column=Column(Text, nullable=False))
    upstream: str = Field(default="", max_length=512)
    times: int

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


class AuditPending(SQLModel, table=True):
    """An entry that has no place in the chain yet. A trigger of the database writes the row with
    the entry, so that no way of writing one can forget it."""

    __tablename__ = "audit_pending"

    key: str = Field(primary_key=True, max_length=48)


class AuditValue(SQLModel, table=True):
    """A text that some entry has in `field`: noted once, when the first such entry gets its place,
    and forgotten with the last. Lists ask these before they read entries. `digest` is of both:
    an index of long texts is nothing that PostgreSQL has."""

    __tablename__ = "audit_value"

    digest: str = Field(primary_key=True, max_length=32)
    field: str = Field(max_length=16)
    value: str = Field(sa_column=Column(Text, nullable=False))


class AuditLink(SQLModel, table=True):
    """The place of one entry in its organisation's chain. `hash` covers the entry, the place and
    the hash before. Never updated; deleted with its entry."""

    __tablename__ = "audit_link"

    organisation: str = Field(primary_key=True, max_length=253)
    sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    entry: str = Field(max_length=48, unique=True)
    hash: str = Field(max_length=64)


class AuditCheckpoint(SQLModel, table=True):
    """A statement that the chain had `hash` at `sequence` at the time `at`, signed with the key
    `key_id` (both empty where the console has no key ring). A ``cut`` says beside that everything
    up to there was removed by retention."""

    __tablename__ = "audit_checkpoint"

    organisation: str = Field(primary_key=True, max_length=253)
    sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(primary_key=True, max_length=8)
    hash: str = Field(max_length=64)
    at: float
    key_id: str = Field(max_length=64)
    signature: str = Field(max_length=128)


class AuditKey(SQLModel, table=True):
    """The public half of a key that checkpoints are signed with (Ed25519, base64); the private
    half lies sealed with the key ring."""

    __tablename__ = "audit_key"

    id: str = Field(primary_key=True, max_length=64)
    public: str = Field(max_length=64)
    created: float


class AuditVerification(SQLModel, table=True):
    """How the last verification of an organisation's chain ended: whole up to `sequence`, or with
    the sentence that says what is broken there."""

    __tablename__ = "audit_verification"

    organisation: str = Field(primary_key=True, max_length=253)
    at: float
    sound: bool
    entries: int = Field(sa_column=Column(BigInteger, nullable=False))
    sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    sentence: str = Field(max_length=1024)


class AuditForward(SQLModel, table=True):
    """How far one receiver was sent the record: entries up to the place `sequence`, checkpoints up
    to `stated`. `holder` sends now, until the database's clock says `until`. `failing`: since when
    it takes nothing, with the sentence that says why."""

    __tablename__ = "audit_forward"

    organisation: str = Field(primary_key=True, max_length=253)
    name: str = Field(primary_key=True, max_length=63)
    sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    stated: int = Field(sa_column=Column(BigInteger, nullable=False))
    holder: str = Field(default="", max_length=32)
    until: float = 0.0
    sent: float | None = None
    failing: float | None = None
    message: str = Field(default="", max_length=512)
