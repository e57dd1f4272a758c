"""The chain in the database, read in pieces: no transaction is held for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.audit.chain import HEAD, fields_of
from backend.audit.verify import Broken, Link, Report, Statement, Verifier
from backend.db.audit import AuditCheckpoint, AuditEntry, AuditKey, AuditLink, AuditPending

__all__ = [
    "checkpoints_behind",
    "keys",
    "links",
    "links_behind",
    "statements",
    "verify_stored",
]

_PIECE: Final = 500
DbSessions = async_sessionmaker[AsyncSession]


async def keys(db: AsyncSession) -> dict[str, str]:
    """The public keys the database knows, by id."""
    found = (await db.execute(select(AuditKey))).scalars()
    return {row.id: row.public for row in found}


async def statements(db: AsyncSession, organisation: str) -> list[Statement]:
    """Every checkpoint of an organisation, the last cut among them; what an older cut or a
    checkpoint before it says is of what is gone."""
    query = select(AuditCheckpoint).where(col(AuditCheckpoint.organisation) == organisation)
    rows = (await db.execute(query.order_by(col(AuditCheckpoint.sequence)))).scalars().all()
    cut = max((row.sequence for row in rows if row.kind == "cut"), default=0)
    return [_statement(row) for row in rows if row.sequence >= cut]


async def links(
    db_sessions: DbSessions, organisation: str, after: int = 0, until: int | None = None
) -> AsyncIterator[list[Link]]:
    """The links behind the place `after`, in order, with their entries."""
    while True:
        async with db_sessions() as db:
            piece = await links_behind(db, organisation, after, _PIECE, until)
        if piece:
            yield piece
            after = piece[-1].sequence
        if len(piece) < _PIECE:
            return


async def links_behind(
    db: AsyncSession, organisation: str, after: int, most: int, until: int | None = None
) -> list[Link]:
    """The next links behind the place `after`, at most `most`, with their entries."""
    query = (
        select(AuditLink, AuditEntry)
        .outerjoin(AuditEntry, col(AuditEntry.key) == col(AuditLink.entry))
        .where(col(AuditLink.organisation) == organisation, col(AuditLink.sequence) > after)
        .order_by(col(AuditLink.sequence))
        .limit(most)
    )
    if until is not None:
        query = query.where(col(AuditLink.sequence) <= until)
    return [_link(link, entry) for link, entry in (await db.execute(query)).all()]


async def checkpoints_behind(
    db: AsyncSession, organisation: str, after: int, until: int
) -> list[Statement]:
    """What was said of places behind `after` up to `until`, in order; no cuts."""
    table = AuditCheckpoint
    query = select(table).where(
        col(table.organisation) == organisation,
        col(table.kind) == HEAD,
        col(table.sequence) > after,
        col(table.sequence) <= until,
    )
    rows = (await db.execute(query.order_by(col(table.sequence)))).scalars()
    return [_statement(row) for row in rows]


async def verify_stored(
    db_sessions: DbSessions,
    organisation: str,
    trusted: Mapping[str, str] | None = None,
    outside: Collection[Statement] = (),
) -> Report:
    """Verify the chain in the database. `trusted` are public keys kept outside, instead of those
    beside the chain; `outside` are checkpoints kept there. Raises `Broken`."""
    while True:
        before = await _cut_at(db_sessions, organisation)
        try:
            return await _verified(db_sessions, organisation, trusted, outside)
        except Broken:
            # Retention may have taken away meanwhile what was still to be read.
            if await _cut_at(db_sessions, organisation) == before:
                raise


async def _cut_at(db_sessions: DbSessions, organisation: str) -> int:
    query = select(func.max(col(AuditCheckpoint.sequence))).where(
        col(AuditCheckpoint.organisation) == organisation, col(AuditCheckpoint.kind) == "cut"
    )
    async with db_sessions() as db:
        return (await db.execute(query)).scalar_one() or 0


async def _verified(
    db_sessions: DbSessions,
    organisation: str,
    trusted: Mapping[str, str] | None,
    outside: Collection[Statement],
) -> Report:
    async with db_sessions() as db:
        believed = dict(trusted) if trusted is not None else await keys(db)
        known = await statements(db, organisation)
    cut = max((one.sequence for one in known if one.kind == "cut"), default=0)
    known += [one for one in outside if one.sequence >= cut]
    verifier = Verifier(organisation, believed, known)
    async for piece in links(db_sessions, organisation, cut):
        # In a thread: those who use the console meanwhile do not wait for it.
        await asyncio.to_thread(verifier.take, piece)
    report = verifier.finish()
    await _beside(db_sessions, organisation, report)
    return report


async def _beside(db_sessions: DbSessions, organisation: str, report: Report) -> None:
    """What is in the table and has no place: waiting for one, or put there past the console."""
    mine = col(AuditEntry.organisation) == organisation
    linked = select(col(AuditLink.entry)).where(col(AuditLink.entry) == col(AuditEntry.key))
    waits = select(col(AuditPending.key)).where(col(AuditPending.key) == col(AuditEntry.key))
    async with db_sessions() as db:
        loose = select(AuditEntry).where(mine, ~linked.exists(), ~waits.exists()).limit(1)
        entry = (await db.execute(loose)).scalar_one_or_none()
        if entry is not None:
            raise Broken(
                report.last,
                f"The entry {entry.key} ({entry.action} by {entry.actor}) stands in the table and "
                "not in the chain: it was put there past the console.",
            )
        there = select(col(AuditEntry.key)).where(col(AuditEntry.key) == col(AuditPending.key))
        lost = select(col(AuditPending.key)).where(~there.exists()).limit(1)
        key = (await db.execute(lost)).scalar_one_or_none()
        if key is not None:
            raise Broken(
                report.last, f"The entry {key} was removed before it got its place in the chain."
            )
        count = select(func.count()).select_from(AuditPending)
        report.waiting = (await db.execute(count)).scalar_one()


def _statement(row: AuditCheckpoint) -> Statement:
    return Statement(
        row.organisation, row.sequence, row.kind, row.hash, row.at, row.key_id, row.signature
    )


def _link(link: AuditLink, entry: AuditEntry | None) -> Link:
    fields = fields_of(entry) if entry is not None else None
    return Link(link.sequence, link.hash, link.entry, fields)
