"""How far each receiver was sent the record, as the console keeps and tells it."""

from __future__ import annotations

import time
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.audit.chain import head
from backend.db.audit import AuditForward
from integrations.receivers.settings import (
    AnyReceiver,
    FileReceiver,
    SyslogReceiver,
    WebhookReceiver,
)

__all__ = ["AHEAD", "ReceiverView", "known_row", "views"]

AHEAD: Final = (
    "the database says that it was sent entries that do not exist: somebody changed that past the "
    "console"
)
"""What is wrong where a place lies behind the record's end."""


class ReceiverView(BaseModel):
    """A receiver of the record. `sequence` is the last entry it was sent, or that was there when it
    was declared; `behind`: entries it was not sent yet; `failing`: since when it takes nothing, and
    `message` why."""

    name: str
    kind: Literal["file", "syslog", "webhook"]
    place: str
    sequence: int
    behind: int
    sent: float | None
    failing: float | None
    message: str


async def known_row(
    db_sessions: async_sessionmaker[AsyncSession], organisation: str, settings: AnyReceiver
) -> AuditForward:
    """The receiver's row, made where there is none: from then on it is sent the record."""
    async with db_sessions() as db:
        row = await db.get(AuditForward, (organisation, settings.name))
        if row is not None:
            return row
        begun = (await head(db, organisation)).sequence if settings.since == "now" else 0
    made = AuditForward(organisation=organisation, name=settings.name, sequence=begun, stated=begun)
    try:
        async with db_sessions() as db, db.begin():
            db.add(made)
    except IntegrityError:  # another replica was first
        async with db_sessions() as db:
            found = await db.get(AuditForward, (organisation, settings.name))
            return found if found is not None else made
    return made


async def views(
    db: AsyncSession, organisation: str, receivers: tuple[AnyReceiver, ...]
) -> list[ReceiverView]:
    """Every receiver that is declared, in the order of the configuration."""
    query = select(AuditForward).where(col(AuditForward.organisation) == organisation)
    known = {row.name: row for row in (await db.execute(query)).scalars()}
    last = (await head(db, organisation)).sequence
    return [_view(settings, known.get(settings.name), last) for settings in receivers]


def _view(settings: AnyReceiver, row: AuditForward | None, last: int) -> ReceiverView:
    sequence = row.sequence if row else 0
    ahead = sequence > last
    return ReceiverView(
        name=settings.name,
        kind=settings.kind,
        place=_place(settings),
        sequence=sequence,
        behind=max(0, last - sequence),
        sent=row.sent if row else None,
        failing=_failing(row, ahead=ahead) if row else None,
        message=AHEAD if ahead else row.message if row else "",
    )


def _failing(row: AuditForward, *, ahead: bool) -> float | None:
    if ahead and row.failing is None:
        return time.time() if row.sent is None else row.sent
    return row.failing


def _place(settings: AnyReceiver) -> str:
    match settings:
        case FileReceiver():
            return str(settings.path)
        case SyslogReceiver():
            return f"{settings.host}:{settings.port}"
        case WebhookReceiver():
            # Not the path: many collectors are told by it who sends.
            return urlsplit(settings.url).netloc
