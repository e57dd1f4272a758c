"""Bytes on their way from who has them to who sends them: what waits is sent together."""

from __future__ import annotations

import asyncio

__all__ = ["Gathering"]


class Gathering:
    """Holds `most` bytes and the last piece put; whoever puts more waits."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = bytearray()
        self._over = False
        self._more = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    async def put(self, data: bytes) -> None:
        """Add them, once there is room."""
        await self._room.wait()
        self._held += data
        self._look()

    def end(self) -> None:
        """Nothing more is put."""
        self._over = True
        self._look()

    async def take(self, most: int) -> bytes:
        """What is there, `most` of it; waits for the first. Empty after the end."""
        await self._more.wait()
        taken = bytes(self._held[:most])
        del self._held[:most]
        self._look()
        return taken

    def _look(self) -> None:
        for event, holds in (
            (self._more, bool(self._held) or self._over),
            (self._room, len(self._held) < self._most),
        ):
            if holds:
                event.set()
            else:
                event.clear()
