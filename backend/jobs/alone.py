"""Whether this process alone works on a SQLite file."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import BinaryIO

__all__ = ["HomeLock"]


class HomeLock:
    """A lock that ends with the process. Its holder may go on at once with jobs that were
    running: no other process can be at work on them."""

    def __init__(self, file: Path) -> None:
        self._path = file
        self._file: BinaryIO | None = None

    def acquire(self) -> bool:
        """False while another process holds it."""
        file = self._path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let another have it."""
        if self._file is not None:
            self._file.close()
            self._file = None
