"""The licences of a running console: looked at again and again, remembered, asked.

Each replica looks for itself (its environment and file may be the only ones that hold a licence);
what changed is written by one at a time, under a lease, and nothing is written while nothing does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.commerce.licence.clock import LEAP, Clock, observe
from backend.commerce.licence.evaluation import Counts, Standing, evaluate
from backend.commerce.licence.facts import Here, facts_now
from backend.commerce.licence.reading import Trust, read_given, read_trust
from backend.commerce.licence.remembering import Memory, remembered
from backend.commerce.licence.sources import Chosen, Given, choose
from backend.commerce.licence.states import Facts
from backend.commerce.licence.stored import Stored, load, written
from backend.db.bus import Bus
from backend.db.notice import rows
from backend.jobs import Leases
from backend.jobs.clock import clock as database_clock
from backend.jobs.durable import unbroken
from backend.settings import Settings

__all__ = ["EVERY", "Licences", "Situation"]

EVERY: Final = 30.0
"""Seconds between two looks at file and clock: a replaced file is noticed within a minute."""
LEASE: Final = "licence"
_log = structlog.get_logger("craton.licence")


@dataclass(frozen=True, slots=True)
class Situation:
    """All there is to say at one moment."""

    chosen: Chosen
    trust: Trust
    stored: Stored
    clock: Clock
    facts: dict[str, Facts]
    standing: Standing


class Licences:
    """Those of one console."""

    def __init__(
        self,
        settings: Settings,
        db_sessions: async_sessionmaker[AsyncSession],
        bus: Bus,
        leases: Leases,
        counts: Callable[[], Counts],
        *,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._db_sessions = db_sessions
        self._bus = bus
        self._leases = leases
        self._counts = counts
        self._wall = wall
        self._trust = Trust()
        self._given: tuple[Given, ...] = ()
        self._stored: Stored | None = None
        self._mark: float | None = None
        self._second: float | None = None
        self._resets = 0
        self._stale = True
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Look every half minute, and at once when what is stored changed; until cancelled."""
        news = asyncio.Event()

        def heard(_notice: object) -> None:
            self._stale = True
            news.set()

        topics = (rows("licence_document"), rows("licence_state"))
        stops = [self._bus.subscribe(topic, heard) for topic in topics]
        try:
            while True:
                news.clear()
                await unbroken(self.look())
                try:
                    async with asyncio.timeout(EVERY):
                        await news.wait()
                except TimeoutError:
                    continue
        finally:
            for stop in stops:
                stop()

    async def look(self) -> None:
        """See what the sources hold now and what time it is; write down what changed."""
        async with self._looking:
            await self._read()
            if self._written(self.situation()) is not None:
                await self._leases.run(LEASE, lambda _lease: self._write())
                self._stale = True
                await self._read()

    async def ready(self) -> Situation:
        """The situation, looked at now when nobody has yet."""
        if self._stored is None or self._stale:
            async with self._looking:
                await self._read()
        return self.situation()

    def situation(self, *, instead: tuple[Given, ...] = ()) -> Situation:
        """What holds now by what was read last; `instead` stands in place of sources of the same
        places, to see what would be."""
        if self._stored is None:
            raise LookupError("nothing was read yet")
        stored, now = self._stored, observe(self._wall(), self._mark, self._second)
        places = {one.place: one for one in (*self._given, _database(stored), *instead)}
        given = [places[place] for place in ("environment", "file", "database")]
        kept = stored.memory.kept
        chosen = choose(given, self._trust.keys, kept)
        facts = facts_now(
            chosen.documents,
            stored.memory.facts,
            self._trust.revocations,
            Here(stored.installation),
            now.now,
        )
        began = stored.memory.began
        standing = evaluate(
            chosen.documents, self._counts(), now.now, facts=facts, began=began or None
        )
        return Situation(chosen, self._trust, stored, now, dict(facts), standing)

    async def _read(self) -> None:
        self._trust, self._given = await asyncio.to_thread(self._outside)
        if self._stored is None or self._stale:
            self._stale = False
            async with self._db_sessions() as db:
                self._stored = await load(db)
        await self._watch_clock(self._stored)

    def _outside(self) -> tuple[Trust, tuple[Given, ...]]:
        return read_trust(self._settings, self._trust), read_given(self._settings)

    async def _watch_clock(self, stored: Stored) -> None:
        """The mark follows the wall clock; a leap is believed when the database's clock, where
        that is another machine's, agrees."""
        told = stored.memory.mark
        reset = stored.resets != self._resets  # a person said what time it is
        self._resets = stored.resets
        if reset or self._mark is None or (told is not None and told > self._mark):
            self._mark = told
        wall, self._second = self._wall(), None
        if self._mark is None or wall > self._mark + LEAP:
            self._second = await self._ask_database()
        self._mark = observe(wall, self._mark, self._second).mark

    async def _ask_database(self) -> float | None:
        async with self._db_sessions() as db:
            if db.get_bind().dialect.name != "postgresql":
                return None  # SQLite's clock is this machine's
            return float((await db.execute(select(database_clock()))).scalar_one())

    def _written(self, found: Situation) -> Memory | None:
        """What there is to be written down; None when nothing is."""
        last = found.stored.memory
        kept: dict[str, tuple[str, ...]] = {
            source.place: tuple(one.token for one in source.documents)
            for source in found.chosen.sources
            if source.documents and source.place != "database"
        }
        now = remembered(last, found.standing, found.clock.mark, found.facts, kept)
        return None if now == last else now

    async def _write(self) -> None:
        """Under the lease: what another replica wrote meanwhile is not written again."""
        async with self._db_sessions() as db, db.begin():
            self._stored = await load(db)
            found = self.situation()
            memory = self._written(found)
            if memory is not None:
                await written(db, self._settings.organisation, found.stored.memory, memory)
                if memory.state is not found.stored.memory.state:
                    _log.info("the licence's state changed", state=memory.state.value)


def _database(stored: Stored) -> Given:
    text = "\n".join(stored.tokens)
    return Given("database", text or None)
