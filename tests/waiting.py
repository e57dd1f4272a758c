"""Wait for a condition instead of sleeping."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

__all__ = ["until", "until_sync"]


async def until(condition: Callable[[], object | Awaitable[object]], seconds: float = 60.0) -> None:
    """Return as soon as `condition` (may be async) is true; fails after `seconds`."""
    ends = time.monotonic() + seconds
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        assert time.monotonic() < ends, f"not within {seconds} s"
        await asyncio.sleep(0.02)


def until_sync(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """The same in a test that awaits nothing; looks less often, since looking is a request."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"not within {seconds} s"
        time.sleep(0.1)
