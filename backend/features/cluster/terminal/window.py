"""How far one side may be ahead of the other: bytes and messages on their way, and the pace."""

from __future__ import annotations

import asyncio
import time
from collections import deque

__all__ = ["Window"]


class Window:
    """At most `most` bytes in `messages` messages on their way, and in the long run `per_second`
    bytes. Each message is answered: without a bound of those, small ones would be answered by more
    than are read at once."""

    def __init__(self, most: int, messages: int, per_second: float) -> None:
        self.sent = 0
        self._most = most
        self._messages = messages
        self._ends: deque[int] = deque()
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
        self._ends.append(self.sent)
        self._look()

    def took(self, count: int) -> None:
        """The other side is done with so many."""
        self._taken = min(self.sent, self._taken + count)
        while self._ends and self._ends[0] <= self._taken:
            self._ends.popleft()
        self._look()

    def _look(self) -> None:
        if self.sent - self._taken < self._most and len(self._ends) < self._messages:
            self._room.set()
        else:
            self._room.clear()
