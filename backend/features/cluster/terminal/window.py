"""How far one side may be ahead of the other: bytes that are on their way, and the pace."""

from __future__ import annotations

import asyncio
import time

__all__ = ["Window"]


class Window:
    """At most `most` bytes on their way, and in the long run `per_second` of them."""

    def __init__(self, most: int, per_second: float) -> None:
        self.sent = 0
        self._most = most
        self._per_second = per_second
        self._taken = 0
        self._room = asyncio.Event()
        self._room.set()
        self._free_at = 0.0

    async def send(self, count: int) -> None:
        """Wait until `count` more may go, and count them."""
        await self._room.wait()
        now = time.monotonic()
        if self._free_at > now + 1 / 20:
            await asyncio.sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + count / self._per_second
        self.sent += count
        self._look()

    def took(self, count: int) -> None:
        """The other side is done with so many."""
        self._taken = min(self.sent, self._taken + count)
        self._look()

    def _look(self) -> None:
        if self.sent - self._taken < self._most:
            self._room.set()
        else:
            self._room.clear()
