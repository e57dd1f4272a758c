"""The loop that sends one receiver what it was not sent yet.

The record itself is the outbox: what was sent is a place in the chain, so nothing is kept twice and
nothing is forgotten by a crash. Every line comes at least once and in order; after a failure, or
when a replica dies between sending and writing that down, the same lines come again, with the same
sequences. One replica sends at a time: it claims the receiver's row while it has something to send,
and writes nothing while there is nothing.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from typing import Final

import structlog
from prometheus_client import Gauge
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.audit.chain import head
from backend.audit.exported import entry_line, statement_line
from backend.audit.stored import checkpoints_behind, links_behind
from backend.audit.verify import Link, Statement
from backend.db.audit import AuditForward
from backend.db.away import DATABASE_AWAY
from backend.db.bus import Bus
from backend.db.notice import rows
from backend.features.activity.forwarded import known_row
from backend.jobs.clock import clock
from backend.jobs.durable import unbroken
from integrations.contract import IntegrationError
from integrations.receivers.line import Line
from integrations.receivers.sending import Sender, sender
from integrations.receivers.settings import AnyReceiver

__all__ = ["Forwarding"]

CLAIM_SECONDS: Final = 60.0
"""How long a replica may be silent before another sends: longer than any receiver is waited for."""
BATCH: Final = 200
MOST_BYTES: Final = 1024 * 1024
GATHERED: Final = 0.25
"""Seconds in which entries come together to one batch."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_MESSAGE: Final = 512

UNSENT: Final = Gauge(
    "craton_audit_unsent", "Entries of the activity record not yet sent.", ("receiver",)
)
FAILING: Final = Gauge(
    "craton_audit_receiver_failing", "Whether a receiver takes no entries.", ("receiver",)
)
_log = structlog.get_logger("craton.audit")


class Forwarding:
    """Of one receiver."""

    def __init__(
        self,
        db_sessions: async_sessionmaker[AsyncSession],
        bus: Bus,
        organisation: str,
        settings: AnyReceiver,
        send: Sender | None = None,
    ) -> None:
        self._db_sessions = db_sessions
        self._bus = bus
        self._organisation = organisation
        self._settings = settings
        self._sender = send or sender(settings)
        self._holder = uuid.uuid4().hex
        self._failures = 0
        self._mine = (
            col(AuditForward.organisation) == organisation,
            col(AuditForward.name) == settings.name,
        )

    async def run(self) -> None:
        """Follow the record until cancelled."""
        news = asyncio.Event()
        topics = (rows("audit_link"), rows("audit_checkpoint"))
        stops = [self._bus.subscribe(topic, lambda _: news.set()) for topic in topics]
        try:
            pause: float | None = 0.0
            while True:
                try:
                    async with asyncio.timeout(pause):
                        await news.wait()
                except TimeoutError:
                    pass
                else:
                    if self._failures:  # a receiver that is down is not asked at every entry
                        await asyncio.sleep(pause or 0.0)
                    news.clear()
                    await asyncio.sleep(GATHERED)
                pause = await unbroken(self.look())
        finally:
            for stop in stops:
                stop()

    async def look(self) -> float | None:
        """Send what there is; the seconds until it has to be looked again, None when all is sent.
        While another replica sends it is looked later whether it has come to an end."""
        row = await known_row(self._db_sessions, self._organisation, self._settings)
        last = await self._last()
        UNSENT.labels(self._settings.name).set(abs(last - row.sequence))
        if row.sequence > last:
            FAILING.labels(self._settings.name).set(1)
            _log.error("a receiver's place is none of the record", name=self._settings.name)
            return _LONGEST_PAUSE
        if not any(await self._pieces(row.sequence, row.stated)):
            self._well()  # another replica may have sent what this one could not
            return None
        claimed = await self._claim()
        if claimed is None:
            return CLAIM_SECONDS / 2
        try:
            return await self._send_all(claimed)
        except IntegrationError as error:
            return await self._failed(error.message)
        except DATABASE_AWAY:
            raise  # nothing can be written down: the loop begins anew
        except Exception:  # noqa: BLE001 (logged, and told where people look)
            _log.exception("sending the activity record failed", name=self._settings.name)
            return await self._failed("an error of the console's own, which its log tells")

    async def _send_all(self, claimed: tuple[int, int]) -> float | None:
        """Send until nothing is left or the claim is lost."""
        done: tuple[int, int] | None = claimed
        while done is not None:
            pieces = await self._pieces(*done)
            if not any(pieces):
                await self._write(until=0.0, holder="")
                return None
            done = await self._sent(done, *pieces)
        return CLAIM_SECONDS / 2

    async def _sent(
        self, done: tuple[int, int], entries: Sequence[Link], checkpoints: Sequence[Statement]
    ) -> tuple[int, int] | None:
        """Send one batch; what is done then, None when the claim was lost meanwhile."""
        await self._sender.send([*map(_entry, entries), *map(_checkpoint, checkpoints)])
        sequence = entries[-1].sequence if entries else done[0]
        stated = checkpoints[-1].sequence if checkpoints else done[1]
        self._well()
        UNSENT.labels(self._settings.name).set(max(0, await self._last() - sequence))
        kept = await self._write(
            sequence=sequence, stated=stated, sent=clock(), failing=None, message="",
            until=clock() + CLAIM_SECONDS,
        )  # fmt: skip
        return (sequence, stated) if kept else None

    def _well(self) -> None:
        if self._failures:
            _log.info("a receiver of the activity record takes it again", name=self._settings.name)
        self._failures = 0
        FAILING.labels(self._settings.name).set(0)

    async def _failed(self, why: str) -> float:
        """Give the claim back with the reason; the seconds until it is tried again."""
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(self._failures, 16))
        self._failures += 1
        name, message = self._settings.name, why[:_MESSAGE]
        FAILING.labels(name).set(1)
        if self._failures == 1:
            _log.warning("a receiver takes no activity record", name=name, why=message)
        since = await self._failing()
        await self._write(
            until=0.0, holder="", message=message, failing=clock() if since is None else since
        )
        return pause

    async def _failing(self) -> float | None:
        async with self._db_sessions() as db:
            query = select(col(AuditForward.failing)).where(*self._mine)
            return (await db.execute(query)).scalar_one_or_none()

    async def _claim(self) -> tuple[int, int] | None:
        """What was sent; None while another replica sends."""
        free = or_(col(AuditForward.until) < clock(), col(AuditForward.holder) == self._holder)
        claimed = (
            update(AuditForward)
            .where(*self._mine, free)
            .values(holder=self._holder, until=clock() + CLAIM_SECONDS)
            .returning(col(AuditForward.sequence), col(AuditForward.stated))
            .execution_options(synchronize_session=False)
        )
        async with self._db_sessions() as db, db.begin():
            found = (await db.execute(claimed)).first()
        return None if found is None else (found[0], found[1])

    async def _write(self, **values: object) -> bool:
        """Change the row, if it is still claimed by us; whether it was."""
        changed = (
            update(AuditForward)
            .where(*self._mine, col(AuditForward.holder) == self._holder)
            .values(values)
            .returning(col(AuditForward.name))
            .execution_options(synchronize_session=False)
        )
        async with self._db_sessions() as db, db.begin():
            return (await db.execute(changed)).first() is not None

    async def _pieces(self, sequence: int, stated: int) -> tuple[list[Link], list[Statement]]:
        """The next entries, and the checkpoints of what will have been sent then."""
        async with self._db_sessions() as db:
            entries = await links_behind(db, self._organisation, sequence, BATCH)
            entries = _light(entries)
            known = entries[-1].sequence if entries else sequence
            said = await checkpoints_behind(db, self._organisation, stated, known)
        return entries, said

    async def _last(self) -> int:
        async with self._db_sessions() as db:
            return (await head(db, self._organisation)).sequence


def _light(entries: list[Link]) -> list[Link]:
    """As many of them as stay below `MOST_BYTES`; one at least."""
    size = 0
    for number, link in enumerate(entries):
        size += len(entry_line(link))
        if number and size > MOST_BYTES:
            return entries[:number]
    return entries


def _entry(link: Link) -> Line:
    entry = link.entry or {}
    went = (entry.get("decision"), entry.get("outcome"))
    return Line(
        entry_line(link).rstrip("\n"),
        link.sequence,
        float(entry.get("at") or 0.0),
        warning=went != ("allowed", "success"),
    )


def _checkpoint(said: Statement) -> Line:
    return Line(statement_line(said).rstrip("\n"), said.sequence, said.at)
