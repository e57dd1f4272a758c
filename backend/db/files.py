"""A SQLite database is readable by its owner alone, whatever the umask."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["make_private"]

_PRIVATE: Final = stat.S_IRUSR | stat.S_IWUSR


def make_private(path: str) -> None:
    """Create the file at `path` with mode 0600, or take the others' rights away. SQLite gives
    its journals the mode of the database. Another user's file stays as it is.

    An existing file is never opened here: closing it would end the locks that connections of
    this process hold on it (SQLite's documentation on how to corrupt a database, section 2.2).
    """
    if not path or path == ":memory:":
        return
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
    for name in (path, f"{path}-wal", f"{path}-shm"):
        with suppress(FileNotFoundError, PermissionError):
            file = Path(name)
            if stat.S_IMODE(file.stat().st_mode) != _PRIVATE:
                file.chmod(_PRIVATE)
