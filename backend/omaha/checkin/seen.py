"""Last-seen times, collected in memory and written in batches: a steady check-in costs no
write of its own. A crash loses a few seconds of them, nothing else (issue 4).
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

import structlog

from backend.omaha.checkin.memory import MachineCache
from backend.omaha.checkin.metrics import SEEN_ROWS, SEEN_SECONDS
from backend.omaha.checkin.news import MachineNews
from backend.omaha.store.contract import StoreDown, UpdateStore, WriteConflict
from backend.omaha.store.entry import MachineEntry

FLUSH_SECONDS: Final = 2.0
CHUNK: Final = 1_000
MAX_KEPT: Final = 200_000

_log = structlog.get_logger(__name__)


class SeenTimes:
    """Who checked in since the last flush."""

    def __init__(self, store: UpdateStore, machines: MachineCache, news: MachineNews) -> None:
        self._news = news
        self._store = store
        self._machines = machines
        self._rows: dict[int, MachineEntry] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, entry: MachineEntry, now: float) -> None:
        """`entry` was seen at `now`."""
        entry.last_seen = now
        if len(self._rows) < MAX_KEPT:
            self._rows[entry.id] = entry

    async def run(self) -> None:
        """Flush now and then until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write what is collected. A row that changed elsewhere is forgotten, so that the
        machine's next check reads it afresh."""
        rows, self._rows = self._rows, {}
        entries = list(rows.values())
        for start in range(0, len(entries), CHUNK):
            await self._write(entries[start : start + CHUNK])

    async def _write(self, entries: list[MachineEntry]) -> None:
        began = time.perf_counter()
        try:
            done = await self._store.seen([(e.id, e.version, e.last_seen) for e in entries])
        except (StoreDown, WriteConflict) as error:
            _log.warning("last_seen_not_written", machines=len(entries), error=str(error))
            return
        SEEN_SECONDS.observe(time.perf_counter() - began)
        SEEN_ROWS.inc(len(done))
        self._news.seen()
        for entry in entries:
            if entry.id not in done and self._machines.get(entry.key) is entry:
                self._machines.forget([entry.key])
