"""Network-sized chunks joined, so that one thread hop writes about a mebibyte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

__all__ = ["batches"]

BATCH: Final = 1 << 20


async def batches(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """About a mebibyte at a time; what came before a break is given out first."""
    held = bytearray()
    broken: BaseException | None = None
    try:
        async for chunk in chunks:
            held += chunk
            if len(held) >= BATCH:
                yield bytes(held)
                held.clear()
    except Exception as error:  # noqa: BLE001 (whatever broke the stream is raised below)
        broken = error
    if held:
        yield bytes(held)
    if broken is not None:
        raise broken
