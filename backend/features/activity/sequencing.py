"""The loop that gives entries their place in the chain, and signs what it has become."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.audit.chain import Head, begun, checkpoint, extend, head, last_checkpoint, take_turn
from backend.db.bus import Bus
from backend.db.notice import rows
from backend.features.activity.keys import signer
from backend.jobs.durable import unbroken
from backend.secrets.store import Secrets

__all__ = ["EVERY_ENTRIES", "EVERY_SECONDS", "Sequencer"]

EVERY_SECONDS: Final = 300.0
EVERY_ENTRIES: Final = 1000
"""A checkpoint is signed after so long or so many entries (security reference, section 4)."""
AT_ONCE: Final = 500
"""Entries that get their place in one transaction."""
GATHERED: Final = 0.25
"""Seconds in which entries come together to one transaction."""


class Sequencer:
    """Of one organisation. Without news it asks nothing; with news replicas take turns, and who
    comes late finds nothing to do. No lease: renewing one would write to the database for ever."""

    def __init__(
        self,
        db_sessions: async_sessionmaker[AsyncSession],
        bus: Bus,
        secrets: Secrets,
        organisation: str,
    ) -> None:
        self._db_sessions = db_sessions
        self._bus = bus
        self._secrets = secrets
        self._organisation = organisation

    async def run(self) -> None:
        """Follow the entries until cancelled."""
        news = asyncio.Event()
        stop = self._bus.subscribe(rows("audit_entry"), lambda _: news.set())
        try:
            news.set()
            due: float | None = None
            while True:
                try:
                    async with asyncio.timeout(due):
                        await news.wait()
                except TimeoutError:
                    pass
                else:
                    news.clear()
                    await asyncio.sleep(GATHERED)
                while await unbroken(self.extend()) == AT_ONCE:
                    await unbroken(self.sign())
                due = await unbroken(self.sign())
        finally:
            stop()

    async def extend(self) -> int:
        """Give the next waiting entries their place; how many."""
        async with self._db_sessions() as db, db.begin():
            await take_turn(db)
            return await extend(db, AT_ONCE)

    async def sign(self, *, now: bool = False) -> float | None:
        """Sign a checkpoint when one is due, or `now` if anything is unsigned; the seconds until
        the next, None when all is signed."""
        async with self._db_sessions() as db, db.begin():
            await take_turn(db)
            last = await head(db, self._organisation)
            known = await last_checkpoint(db, self._organisation)
            behind = last.sequence - (known.sequence if known else 0)
            if not behind:
                return None
            since = known.at if known else await begun(db, self._organisation)
            age = time.time() - since
            if now or behind >= EVERY_ENTRIES or age >= EVERY_SECONDS:
                await self._checkpoint(db, last)
                return None
            return EVERY_SECONDS - max(0.0, age)

    async def _checkpoint(self, db: AsyncSession, last: Head) -> None:
        await checkpoint(db, self._organisation, last, await signer(db, self._secrets))
