"""Reads the meters of a running console and writes every hour down once.

Every replica reads, so that an hour is known even when the one that would have written it is gone;
the holder of the lease `metering` writes. Nothing is written but when an hour has ended.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.commerce.metering import stored
from backend.commerce.metering.hour import HOUR, Hour, hour_of
from backend.commerce.metering.machines import machine_hours
from backend.commerce.metering.meters import WHOLE
from backend.commerce.metering.rolling import roll
from backend.commerce.metering.sampling import Gauge
from backend.commerce.metering.span import day_in
from backend.commerce.metering.stored import Key
from backend.jobs import Lease, Leases
from backend.jobs.durable import unbroken

__all__ = ["EVERY", "LEASE", "Collector", "Readings"]

EVERY: Final = 60
"""Seconds between two readings."""
LEASE: Final = "metering"
TERM: Final = 900
"""Seconds of the lease: when its holder is killed another replica writes that much later."""
_DUE: Final = 48
"""Hours that wait for being written at most, at every replica."""
_GONE: Final = 62 * 86_400
"""Seconds for which zero is written of what is not there any more."""
MACHINES: Final = "update_machines"

Readings = Mapping[Key, int | None]
"""How many there are of each meter and subject now; None where it cannot be told."""
_log = structlog.get_logger("craton.metering")


class Collector:
    """That of one console. `read` gives the readings; with `updates` the machines of the update
    service are metered by its own counters. Days are those of `zone`."""

    def __init__(
        self,
        db_sessions: async_sessionmaker[AsyncSession],
        leases: Leases,
        read: Callable[[], Readings],
        *,
        zone: str = "UTC",
        updates: bool = False,
        term: int = TERM,
        wall: Callable[[], int] = lambda: time.time_ns() // 10**9,
    ) -> None:
        self.zone = zone
        self._db_sessions = db_sessions
        self._leases = leases
        self._read = read
        self._updates = updates
        self._term = term
        self.now = wall
        self._began = wall()
        self._machines_until = 0
        self._gauges: defaultdict[Key, Gauge] = defaultdict(Gauge)
        self._used: dict[Key, int] = {}
        self._due: dict[tuple[Key, int], Hour] = {}
        self._ended = asyncio.Event()

    async def watch(self) -> None:
        """Read every minute, on the minute; until cancelled."""
        await self.recall()
        while True:
            self.look()
            await asyncio.sleep(EVERY - self.now() % EVERY)

    async def record(self) -> None:
        """Be the replica that writes, when no other is; until cancelled."""
        await self._leases.run(LEASE, self._recording, ttl=self._term)

    async def recall(self) -> None:
        """Learn of what was used lately: of what is gone since then zeros are written."""
        async with self._db_sessions() as db:
            since = day_in(self.now() - _GONE, self.zone)
            known = await stored.subjects_since(db, since, self.now())
        used = {key: min(one.used, self.now()) for key, one in known.items() if one.used}
        self._used = used | self._used

    def look(self) -> None:
        """Take the readings of this moment."""
        now, readings = self.now(), self._read()
        ended = False
        for key in sorted({*readings, *self._used}):
            value = readings[key] if key in readings else self._gone(key, readings, now)
            if value:
                self._used[key] = now
            for hour in self._gauges[key].read(now, value):
                self._due[key, hour.start] = hour
                ended = True
        if ended or self._machines_due(now):
            self._forget(now)
            self._ended.set()

    async def write(self) -> None:
        """Write down the hours that ended. Those that are there already stay as they are."""
        now, due = self.now(), dict(self._due)
        hours: defaultdict[Key, list[Hour]] = defaultdict(list)
        for (key, _), hour in due.items():
            hours[key].append(hour)
        async with self._db_sessions() as db, db.begin():
            if self._updates:
                hours[MACHINES, WHOLE] += await self._machines(db, now)
            starts = {hour.start for known in hours.values() for hour in known}
            if starts:
                await stored.write_hours(db, hours, now)
                await roll(db, self.zone, now, starts)
        for one in due:
            self._due.pop(one, None)
        self._machines_until = hour_of(now)
        if starts:
            _log.debug("hours were written", hours=len(starts), rows=len(due))

    async def _recording(self, _lease: Lease) -> None:
        while True:
            self._ended.clear()
            await unbroken(self.write())
            await self._ended.wait()

    def _gone(self, key: Key, readings: Readings, now: int) -> int | None:
        """Zero of a cluster that is not connected any more, for a while; None where the meter
        itself cannot be told now."""
        if now - self._used[key] > _GONE:
            del self._used[key]
            self._gauges.pop(key, None)
            return None
        return None if readings.get((key[0], WHOLE)) is None else 0

    def _machines_due(self, now: int) -> bool:
        return self._updates and hour_of(now) > self._machines_until

    async def _machines(self, db: AsyncSession, now: int) -> list[Hour]:
        end = hour_of(now)
        last = await stored.last_hour(db, (MACHINES, WHOLE), now)
        first = hour_of(self._began) if last is None else last + HOUR
        start = max(first, end - _DUE * HOUR)
        return await machine_hours(db, start, end, self._began) if start < end else []

    def _forget(self, now: int) -> None:
        """What waits for too long: a replica that does not write keeps the last two days."""
        for key, start in [one for one in self._due if one[1] < now - _DUE * HOUR]:
            del self._due[key, start]
