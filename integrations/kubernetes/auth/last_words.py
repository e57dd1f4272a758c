"""The end of what a program says on its standard error."""

from __future__ import annotations

import asyncio
import os
from types import TracebackType
from typing import Final, Self

__all__ = ["LastWords"]

_KEPT_BYTES: Final = 8 * 1024
_GRACE_SECONDS: Final = 1.0


class LastWords:
    """A pipe of its own, apart from the process: what a program leaves running in the background
    may keep it open without keeping us. Give `fd` to the program; read `text` once it has ended.
    """

    def __init__(self) -> None:
        self._said = bytearray()
        self._read, self.fd = os.pipe()
        self._transport: asyncio.ReadTransport | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self._read, "rb", buffering=0)
        )
        self._task = asyncio.create_task(self._listen(reader))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.started()
        if self._task is not None:
            self._task.cancel()
        if self._transport is not None:
            self._transport.close()

    def started(self) -> None:
        """The program has its own end of the pipe now: ours would keep it open."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    async def text(self) -> bytes:
        """What it said last; what is still under way is waited for, a moment."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=_GRACE_SECONDS)
        return bytes(self._said)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while chunk := await reader.read(65536):
            self._said += chunk
            del self._said[:-_KEPT_BYTES]
