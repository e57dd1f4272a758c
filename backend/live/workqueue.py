"""Keys whose work is put off to the next turn of the loop, and done in slices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from backend.live.slices import Slices

__all__ = ["WorkQueue"]


class WorkQueue:
    """Calls `work` for each marked key: once however often it was marked, soon, and in turns
    of `Slices.SECONDS`, so that a burst of a thousand pods on one machine makes one row and
    50,000 rows hold up no other work. Without a running loop the work is done at once."""

    def __init__(self, work: Callable[[str], None]) -> None:
        self._work = work
        self._keys: dict[str, None] = {}
        self._scheduled = False

    def __len__(self) -> int:
        return len(self._keys)

    def mark(self, key: str) -> None:
        """There is work to do for `key`."""
        self._keys[key] = None
        if self._scheduled:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.finish()
        else:
            self._scheduled = True
            loop.call_soon(self._turn)

    def finish(self) -> None:
        """Do all of it now."""
        while self._keys:
            self._next()

    def some(self) -> bool:
        """Work for one slice; whether anything is left."""
        end = time.perf_counter() + Slices.SECONDS
        while self._keys:
            self._next()
            if time.perf_counter() > end:
                break
        return bool(self._keys)

    def _next(self) -> None:
        key = next(iter(self._keys))
        del self._keys[key]
        self._work(key)

    def _turn(self) -> None:
        self._scheduled = False
        if self.some():
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._turn)
