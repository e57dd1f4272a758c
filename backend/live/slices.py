"""Long work in slices, so that the event loop is never held for longer than `SLICE`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any, Final

__all__ = ["CHUNK", "SLICE", "Slices", "chunks"]

SLICE: Final = 0.006
"""Seconds of work before others get a turn; one indivisible step may come on top."""

CHUNK: Final = 4096
"""Rows handled in one indivisible step: some 1-2 ms."""


class Slices:
    """Call `breathe` between steps; it yields to the loop when the slice is used up."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def breathe(self) -> None:
        """Give others a turn if this slice has lasted long enough."""
        if time.perf_counter() - self._since > SLICE:
            await asyncio.sleep(0)
            self._since = time.perf_counter()


def chunks(rows: list[Any]) -> Iterator[list[Any]]:
    """`rows` in pieces of `CHUNK`."""
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
