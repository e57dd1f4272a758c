"""Why a file or folder cannot be used, as one line with what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

__all__ = ["cause_of_file"]

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED: Final = frozenset(
    {
        errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST,
        errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG,
    }
)  # fmt: skip


def cause_of_file(error: OSError, home: Path) -> str:
    """The cause in a line; empty where the error is not about a file. `home` is the data
    directory, for which there is a setting."""
    if error.errno in _FULL:
        where = f" ({error.filename})" if error.filename else ""
        return (
            f"The disk is full{where}. Free some, or set CRATON_HOME to a folder on another disk."
        )
    if "No usable temporary directory" in str(error):
        return "No temporary directory can be written. Set TMPDIR to a folder that can."
    if error.errno == errno.EMFILE:
        return "Too few files may be open. Raise the limit: ulimit -n 4096"
    if error.errno not in _CLOSED or not error.filename:
        return ""
    said = error.strerror or os.strerror(error.errno)
    path = Path(os.fsdecode(error.filename))
    if home == path or home in path.parents or path in home.parents:
        return (
            f"The data directory {home} cannot be used: {path}: {said}. "
            "Set CRATON_HOME to a folder that can be written."
        )
    return f"{path} cannot be used: {said}."
