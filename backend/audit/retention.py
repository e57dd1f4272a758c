"""The oldest entries go, by whole segments: up to a checkpoint, whose cut keeps the proof.

First a signed cut is recorded, then what lies before it may be deleted (a trigger refuses anything
else), a piece at a time.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import and_, delete, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.audit.canonical import checkpoint_bytes
from backend.audit.chain import CUT, HEAD, Head, checkpoint, take_turn
from backend.audit.signing import Signer, signed_by
from backend.audit.values import forget, values_of
from backend.db.audit import AuditCheckpoint, AuditEntry, AuditKey, AuditLink

__all__ = ["ForgedCheckpoint", "cut", "last_cut", "prune", "take_stock"]

_SAMPLE: Final = 1000
"""Rows of each index that SQLite looks at."""


class ForgedCheckpoint(Exception):
    """No key of this console signed the checkpoint that retention would cut at."""

    def __init__(self, sequence: int) -> None:
        super().__init__(f"The checkpoint at entry {sequence} is signed by no key of this console.")


async def last_cut(db: AsyncSession, organisation: str) -> AuditCheckpoint | None:
    """The newest cut: the chain begins behind it."""
    query = select(AuditCheckpoint).where(
        col(AuditCheckpoint.organisation) == organisation, col(AuditCheckpoint.kind) == CUT
    )
    newest = query.order_by(col(AuditCheckpoint.sequence).desc()).limit(1)
    return (await db.execute(newest)).scalar_one_or_none()


async def cut(
    db: AsyncSession, organisation: str, before: float, signer: Signer | None
) -> AuditCheckpoint | None:
    """Record that everything up to the newest signed checkpoint made before the time `before`
    goes; None when there is nothing to cut, or no key to sign the cut with: nobody could tell it
    from a forged one. All that a checkpoint covers is older than itself."""
    if signer is None:
        return None
    query = select(AuditCheckpoint).where(
        col(AuditCheckpoint.organisation) == organisation,
        col(AuditCheckpoint.kind) == HEAD,
        col(AuditCheckpoint.signature) != "",
        col(AuditCheckpoint.at) < before,
    )
    newest = query.order_by(col(AuditCheckpoint.sequence).desc()).limit(1)
    found = (await db.execute(newest)).scalar_one_or_none()
    if found is not None:
        await _is_own(db, found)
    known = await last_cut(db, organisation)
    if found is None or (known is not None and known.sequence >= found.sequence):
        return None
    return await checkpoint(db, organisation, Head(found.sequence, found.hash), signer, CUT)


async def _is_own(db: AsyncSession, one: AuditCheckpoint) -> None:
    """Raise `ForgedCheckpoint` unless a key of this console signed it: the cut would sign what it
    says, and everything before it would go."""
    key = await db.get(AuditKey, one.key_id)
    covered = checkpoint_bytes(one.organisation, one.sequence, one.kind, one.hash, one.at)
    if key is None or not signed_by(key.public, one.signature, covered):
        raise ForgedCheckpoint(one.sequence)


async def prune(db: AsyncSession, organisation: str, limit: int = 1000) -> int:
    """Delete up to `limit` entries before the newest cut, with their links and the values that no
    other entry has; and with the last of them the checkpoints before. How many entries."""
    await take_turn(db)  # or a value could go of which an entry just got its place
    until = await last_cut(db, organisation)
    if until is None:
        return 0
    query = select(col(AuditLink.sequence), col(AuditLink.entry)).where(
        col(AuditLink.organisation) == organisation, col(AuditLink.sequence) <= until.sequence
    )
    found = (await db.execute(query.order_by(col(AuditLink.sequence)).limit(limit))).all()
    if found:
        keys = [key for _, key in found]
        values = await values_of(db, keys)
        await db.execute(delete(AuditEntry).where(col(AuditEntry.key).in_(keys)))
        upto = and_(
            col(AuditLink.organisation) == organisation,
            col(AuditLink.sequence) <= found[-1].sequence,
        )
        await db.execute(delete(AuditLink).where(upto))
        await forget(db, values)
    if len(found) < limit:
        older = or_(
            col(AuditCheckpoint.sequence) < until.sequence,
            and_(
                col(AuditCheckpoint.sequence) == until.sequence,
                col(AuditCheckpoint.kind) == HEAD,
            ),
        )
        mine = col(AuditCheckpoint.organisation) == organisation
        await db.execute(delete(AuditCheckpoint).where(mine, older))
    return len(found)


async def take_stock(db: AsyncSession) -> None:
    """Let SQLite look at what its indexes hold, a sample of each: it chooses between them by that,
    and does not look by itself as PostgreSQL does."""
    if db.get_bind().dialect.name == "sqlite":
        await db.execute(text(f"PRAGMA analysis_limit = {_SAMPLE}"))
        await db.execute(text("ANALYZE audit_entry"))
