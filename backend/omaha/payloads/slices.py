"""Long work on files, done a slice at a time in threads, so that it can be left in between."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import Final

import anyio

__all__ = ["SLICE", "Slices", "in_slices"]

SLICE: Final = 16 << 20
"""Bytes between two looks at whether to go on."""

Slices = Generator[int, None, None]
"""Blocking work that yields after each slice how many bytes of it are done."""


async def in_slices(work: Slices, progress: Callable[[int], None]) -> None:
    """Do all of `work`; `progress` is told how far it is. Cancelled, it ends after its slice."""
    with closing(work):
        while (done := await anyio.to_thread.run_sync(next, work, None)) is not None:
            progress(done)
