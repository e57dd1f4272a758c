"""The licences of a running console: looked at again and again, remembered, asked.

Each replica looks for itself (its environment and file may be the only ones that hold a licence);
what one of them judges is written, that of the holder of the lease, and nothing while nothing
changes. Of the others it is only written what they alone may know: that a licence is revoked.
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

from backend.commerce.licence.clock import LEAP, Clock, Leap, observe
from backend.commerce.licence.evaluation import Counts, Standing, evaluate
from backend.commerce.licence.facts import Here, facts_now
from backend.commerce.licence.reading import Outside, Trust
from backend.commerce.licence.remembering import Memory, learnt, remembered
from backend.commerce.licence.sources import Chosen, Given, choose
from backend.commerce.licence.states import Facts
from backend.commerce.licence.stored import Stored, load, written
from backend.db.bus import Bus
from backend.db.fence import HELD, Fence, LeaseLost
from backend.db.notice import rows
from backend.jobs import Lease, Leases
from backend.jobs.clock import clock as database_clock
from backend.jobs.durable import unbroken
from backend.settings import Settings

__all__ = ["EVERY", "Licences", "Situation"]

EVERY: Final = 30.0
"""Seconds between two looks at file and clock: a replaced file is noticed within a minute."""
LEASE: Final = "licence"
TERM: Final = 300.0
"""Seconds of the lease: far longer than a look, and it is seldom prolonged."""
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
        running: Callable[[], float] = time.monotonic,
    ) -> None:
        self._organisation = settings.organisation
        self._outside = Outside(settings)
        self._db_sessions = db_sessions
        self._bus = bus
        self._leases = leases
        self._counts = counts
        self._wall, self._running = wall, running
        self._leap: Leap | None = None
        self._trust = Trust()
        self._given: tuple[Given, ...] = ()
        self._stored: Stored | None = None
        self._mark: float | None = None
        self._second: float | None = None
        self._resets = 0
        self._kept: dict[str, tuple[str, ...]] = {}
        self._fence: Fence | None = None
        self._stale = True
        self._looking, self._loading = asyncio.Lock(), asyncio.Lock()

    async def run(self) -> None:
        """Look every half minute, and at once when licences came or went; until cancelled."""
        news = asyncio.Event()

        def state(_notice: object) -> None:
            self._stale = (
                True  # no reason to look: it is looking that changes it, here or elsewhere
            )

        def documents(_notice: object) -> None:
            self._stale = True
            news.set()

        stops = [
            self._bus.subscribe(rows("licence_document"), documents),
            self._bus.subscribe(rows("licence_state"), state),
        ]
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

    async def record(self) -> None:
        """Be the replica whose judgement is written, when no other is; until cancelled."""
        await self._leases.run(LEASE, self._recording, ttl=TERM)

    async def _recording(self, lease: Lease) -> None:
        self._fence = Fence(lease.name, lease.fence)
        try:
            await unbroken(self.look())
            await asyncio.Event().wait()
        finally:
            self._fence = None

    async def look(self) -> None:
        """See what the sources hold now and what time it is; write down what changed."""
        async with self._looking:
            self._trust, self._given = await self._outside.look(self._trust)
            async with self._loading:
                await self._load()
                self._keep(self.situation())
                if self._written(self.situation()) is not None:
                    await self._write()
                    await self._load()

    async def ready(self) -> Situation:
        """The situation: what is stored is read again when it changed, sources are not looked at
        but when nobody has yet."""
        if self._stored is None:
            async with self._looking:
                self._trust, self._given = await self._outside.look(self._trust)
        if self._stored is None or self._stale:
            async with self._loading:
                await self._load()
        return self.situation()

    def situation(self, *, instead: tuple[Given, ...] = ()) -> Situation:
        """What holds now by what was read last; `instead` stands in place of sources of the same
        places, to see what would be."""
        if self._stored is None:
            raise LookupError("nothing was read yet")
        stored, now = self._stored, observe(self._wall(), self._mark, self._second)
        places = {one.place: one for one in (*self._given, _database(stored), *instead)}
        given = [places[place] for place in ("environment", "file", "database")]
        chosen = choose(given, self._trust.keys, {**stored.memory.kept, **self._kept})
        facts = facts_now(
            chosen.documents,
            stored.memory.facts,
            self._trust.revocations,
            Here(stored.installation),
            min(now.now, now.mark),  # a leap that nobody confirms dates nothing
        )
        began = stored.memory.began
        standing = evaluate(
            chosen.documents, self._counts(), now.now, facts=facts, began=began or None
        )
        return Situation(chosen, self._trust, stored, now, dict(facts), standing)

    async def _load(self) -> None:
        if self._stored is None or self._stale:
            self._stale = False
            try:
                async with self._db_sessions() as db:
                    self._stored = await load(db)
            except BaseException:
                self._stale = True  # nobody tells of it again
                raise
        await self._watch_clock(self._stored)

    def _keep(self, found: Situation) -> None:
        """What of a source could be read is also kept here, where another replica writes."""
        for source in found.chosen.sources:
            if source.place != "database" and not source.error:
                self._kept[source.place] = tuple(one.token for one in source.documents)

    async def _watch_clock(self, stored: Stored) -> None:
        """The mark follows the wall clock; a leap is believed when the database's clock, where
        that is another machine's, agrees."""
        self._hear(stored)
        wall, self._second = self._wall(), None
        if self._mark is None or wall > self._mark + LEAP:
            self._second = await self._ask_database() or self._ask_oneself(wall)
        else:
            self._leap = None
        self._mark = observe(wall, self._mark, self._second).mark

    def _hear(self, stored: Stored) -> None:
        """The mark as it is stored, where that is higher or a person set it."""
        told = stored.memory.mark
        reset = stored.resets != self._resets  # a person said what time it is
        self._resets = stored.resets
        if reset or self._mark is None or (told is not None and told > self._mark):
            self._mark = told

    def _ask_oneself(self, wall: float) -> float | None:
        """Without another clock: a leap that has stood for a day of running time agrees."""
        if self._mark is None:
            return None
        running = self._running()
        if self._leap is None or not self._leap.stands(wall, running):
            self._leap = Leap(wall, running)
        return wall if self._leap.stood(running) else None

    async def _ask_database(self) -> float | None:
        async with self._db_sessions() as db:
            if db.get_bind().dialect.name != "postgresql":
                return None  # SQLite's clock is this machine's
            return float((await db.execute(select(database_clock()))).scalar_one())

    def _written(self, found: Situation) -> Memory | None:
        """What there is to be written down; None when nothing is."""
        last = found.stored.memory
        if found.trust.error and not found.trust.keys.keys:
            return None  # nothing can be judged, and what is remembered is worth more
        if self._fence is None:
            now = learnt(last, found.facts)
        else:
            kept = self._kept_now(found)
            now = remembered(last, found.standing, found.clock.mark, found.facts, kept)
        return None if now == last else now

    def _kept_now(self, found: Situation) -> dict[str, tuple[str, ...]]:
        """The last licences of each source that could be read: what cannot displaces none."""
        kept = {**found.stored.memory.kept, **self._kept}
        places = (one.place for one in found.chosen.sources if one.place != "database")
        return {place: kept[place] for place in places if kept.get(place)}

    async def _write(self) -> None:
        """Under the lease where it is held: what was written meanwhile is not written again."""
        held = HELD.set(self._fence)
        try:
            async with self._db_sessions() as db, db.begin():
                self._stored = await load(db, to_write=True)
                self._hear(self._stored)
                found = self.situation()
                memory = self._written(found)
                if memory is not None:
                    await written(db, self._organisation, found.stored, memory)
                    if memory.state is not found.stored.memory.state:
                        _log.info("the licence's state changed", state=memory.state.value)
        except LeaseLost:
            _log.info("another replica writes the licences' state now")
        finally:
            HELD.reset(held)
            self._stale = True


def _database(stored: Stored) -> Given:
    text = "\n".join(stored.tokens)
    return Given("database", text or None)
