"""Long work in slices, so that the event loop is never held for longer than a slice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any, ClassVar, Final

__all__ = ["CHUNK", "Slices", "chunks"]

CHUNK: Final = 4096
"""Rows handled in one indivisible step: some 1-2 ms."""


class Slices:
    """Call `yield_if_due` between steps of long work: the loop gets its turn in time."""

    SECONDS: ClassVar[float] = 0.006
    """Work before others get a turn; one indivisible step may come on top."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def yield_if_due(self) -> None:
        """Give others a turn if this slice has lasted long enough."""
        if time.perf_counter() - self._since > self.SECONDS:
            await asyncio.sleep(0)
            self._since = time.perf_counter()


def chunks(rows: list[Any]) -> Iterator[list[Any]]:
    """`rows` in pieces of `CHUNK`."""
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
