"""Where a browser goes after signing in: a path of the console's own, and nothing else (C27)."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["own_path"]

_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_LENGTH: Final = 2048
_NOT_BACK: Final = ("/login", "/setup", "/api/")


def own_path(asked: str) -> str:
    """`asked` when it is a path (with query and fragment) of this console, else ``/``. Another
    site, a backslash, a space, a control character or what leads to signing in again is not."""
    if len(asked) > _LENGTH or not _PATH.fullmatch(asked) or asked.startswith(_NOT_BACK):
        return "/"
    return asked
