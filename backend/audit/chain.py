"""Entries become links of their organisation's chain; checkpoints say what it was.

`extend` is called shortly after entries were committed, so requests do not wait for each other.
Replicas do it one after another (`take_turn`); and a place exists once, whatever they do.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.audit.canonical import FIELDS, GENESIS, checkpoint_bytes, link_hash
from backend.audit.signing import Signer
from backend.audit.values import note
from backend.db.audit import AuditCheckpoint, AuditEntry, AuditLink, AuditPending

__all__ = [
    "CUT",
    "HEAD",
    "Head",
    "begun",
    "checkpoint",
    "extend",
    "fields_of",
    "head",
    "last_checkpoint",
    "take_turn",
]

HEAD: Final = "head"
CUT: Final = "cut"
"""The kinds of checkpoint."""
_TURN: Final = 0x61_75_64_69_74  # "audit"


class Head(NamedTuple):
    """The last place that is taken, and the hash there."""

    sequence: int
    hash: str


async def take_turn(db: AsyncSession) -> None:
    """Wait until no other replica adds to a chain, until this transaction ends. SQLite has one
    console, and one writer."""
    if db.get_bind().dialect.name == "postgresql":
        await db.execute(select(func.pg_advisory_xact_lock(_TURN)))


def fields_of(entry: AuditEntry) -> dict[str, Any]:
    """What the chain covers of an entry."""
    return {name: getattr(entry, name) for name in FIELDS}


async def head(db: AsyncSession, organisation: str) -> Head:
    """Where the chain ends: its last link, else the cut everything before it went with."""
    for table in (AuditLink, AuditCheckpoint):
        query = select(col(table.sequence), col(table.hash))
        query = query.where(col(table.organisation) == organisation)
        found = (await db.execute(query.order_by(col(table.sequence).desc()).limit(1))).first()
        if found is not None:
            return Head(*found)
    return Head(0, GENESIS)


async def extend(db: AsyncSession, limit: int = 500) -> int:
    """Give up to `limit` waiting entries their place, oldest first, and note their values, in the
    session's transaction; how many."""
    waiting = (
        select(AuditEntry)
        .join(AuditPending, col(AuditPending.key) == col(AuditEntry.key))
        .order_by(col(AuditPending.key))
        .limit(limit)
    )
    entries: Sequence[AuditEntry] = (await db.execute(waiting)).scalars().all()
    if not entries:
        return 0
    heads: dict[str, Head] = {}
    links = []
    for entry in entries:
        name = entry.organisation
        last = heads.get(name) or await head(db, name)
        sequence = last.sequence + 1
        digest = link_hash(last.hash, sequence, fields_of(entry))
        heads[name] = Head(sequence, digest)
        links.append(
            {"organisation": name, "sequence": sequence, "entry": entry.key, "hash": digest}
        )
    await db.execute(insert(AuditLink), links)
    await note(db, entries)
    keys = [entry.key for entry in entries]
    await db.execute(delete(AuditPending).where(col(AuditPending.key).in_(keys)))
    db.expunge_all()
    return len(entries)


async def begun(db: AsyncSession, organisation: str) -> float:
    """When the first entry of the chain was recorded; now where there is none."""
    query = (
        select(col(AuditEntry.at))
        .join(AuditLink, col(AuditLink.entry) == col(AuditEntry.key))
        .where(col(AuditLink.organisation) == organisation)
        .order_by(col(AuditLink.sequence))
    )
    found = (await db.execute(query.limit(1))).scalar_one_or_none()
    return time.time() if found is None else found


async def last_checkpoint(db: AsyncSession, organisation: str) -> AuditCheckpoint | None:
    """The newest checkpoint of either kind."""
    query = select(AuditCheckpoint).where(col(AuditCheckpoint.organisation) == organisation)
    newest = query.order_by(col(AuditCheckpoint.sequence).desc(), col(AuditCheckpoint.kind).desc())
    return (await db.execute(newest.limit(1))).scalar_one_or_none()


async def checkpoint(
    db: AsyncSession, organisation: str, at: Head, signer: Signer | None, kind: str = HEAD
) -> AuditCheckpoint:
    """State what the chain is at `at`, now, in the session's transaction."""
    now = time.time()
    covered = checkpoint_bytes(organisation, at.sequence, kind, at.hash, now)
    made = AuditCheckpoint(
        organisation=organisation, sequence=at.sequence, kind=kind, hash=at.hash, at=now,
        key_id=signer.id if signer else "", signature=signer.sign(covered) if signer else "",
    )  # fmt: skip
    db.add(made)
    await db.flush()
    return made
