"""A file of JSON lines."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from integrations.contract import ConfigurationError, UpstreamUnreachable
from integrations.receivers.line import Line
from integrations.receivers.settings import FileReceiver

__all__ = ["FileSender"]

_MODE: Final = 0o600


class FileSender:
    """Appends. A batch that was cut off by a full disk leaves no half line: the file is as long
    afterwards as it was before. One that was cut off with its process does: the next begins a line
    of its own."""

    def __init__(self, settings: FileReceiver) -> None:
        self._name, self._path = settings.name, settings.path

    async def send(self, lines: Sequence[Line]) -> None:
        """Append and wait for the disk."""
        data = "".join(f"{line.text}\n" for line in lines).encode()
        try:
            await asyncio.to_thread(_append, self._path, data)
        except IsADirectoryError as error:
            raise ConfigurationError(self._name, f"{self._path} is a directory") from error
        except OSError as error:
            text = f"{self._path} cannot be written: {error.strerror or error}"
            raise UpstreamUnreachable(self._name, text) from error


def _append(path: Path, data: bytes) -> None:
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        before = os.fstat(file).st_size
        try:
            torn = before > 0 and os.pread(file, 1, before - 1) != b"\n"
            rest = memoryview(b"\n" + data if torn else data)
            while rest:
                rest = rest[os.write(file, rest) :]
            os.fsync(file)
        except OSError:
            os.ftruncate(file, before)
            raise
    finally:
        os.close(file)
