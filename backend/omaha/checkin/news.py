"""Tells the bus which machines changed, gathered over a moment: open tables ask again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.db.away import DATABASE_AWAY
from backend.db.bus import Bus
from backend.db.notice import MAX_KEYS
from backend.omaha.store.announce import MACHINES, key_text
from backend.omaha.store.contract import Key

GATHER_SECONDS: Final = 0.5
SEEN_SECONDS: Final = 10.0
"""Last-seen times change all the time: who looks at them is told this often."""

_log = structlog.get_logger(__name__)


class MachineNews:
    """Collects what changed since the last notice. Losing one costs a page some seconds."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._keys: set[Key] = set()
        self._seen = False
        self._told = 0.0

    def changed(self, keys: Iterable[Key]) -> None:
        """These machines' rows were written."""
        if len(self._keys) <= MAX_KEYS:
            self._keys.update(keys)

    def seen(self) -> None:
        """Last-seen times were written."""
        self._seen = True

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            await asyncio.sleep(GATHER_SECONDS)
            await self.tell()

    async def tell(self) -> None:
        """Tell what is gathered; a database that is away is tried again with the next."""
        now = time.monotonic()
        due = self._seen and now - self._told >= SEEN_SECONDS
        if not self._keys and not due:
            return
        keys, self._keys, self._seen = self._keys, set(), self._seen and not due
        try:
            many = due or len(keys) > MAX_KEYS
            await self._bus.send(MACHINES, None if many else map(key_text, keys))
            self._told = now if due else self._told
        except (SQLAlchemyError, *DATABASE_AWAY) as error:
            self.changed(keys)
            _log.info("machine_news_not_told", error=str(error))
            self._seen = True
