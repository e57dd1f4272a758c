"""When to flush: the first change soon, then a few times a second, less under load."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

__all__ = ["Pacer"]

_log = structlog.get_logger("craton.live")


class Pacer:
    """Calls a flush after `wake`: within `FIRST` seconds when it has been quiet, at most
    every `BASE` seconds otherwise, and so seldom that flushing takes at most a quarter of
    the time (up to `SLOWEST`)."""

    FIRST: Final = 0.02
    BASE: Final = 0.15
    SLOWEST: Final = 2.0
    SHARE: Final = 4

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to flush."""
        self._woken.set()

    async def run(self, flush: Callable[[], Awaitable[None]]) -> None:
        """Flush when woken, until cancelled. A flush that fails is logged and tried again."""
        due = 0.0
        while True:
            await self._woken.wait()
            await asyncio.sleep(max(self.FIRST, due - time.monotonic()))
            self._woken.clear()
            start = time.monotonic()
            try:
                await flush()
            except Exception:  # noqa: BLE001 - the pace must go on
                _log.exception("a live flush failed and will be tried again")
                self._woken.set()
                due = start + self.SLOWEST
                continue
            took = time.monotonic() - start
            due = start + min(self.SLOWEST, max(self.BASE, self.SHARE * took))
