"""Case-insensitive matching, by one rule that Python, SQLite and PostgreSQL share exactly.

Only the ASCII letters A-Z are folded. ``lower()`` does just that in SQLite and, with
``COLLATE "C"``, in PostgreSQL; Unicode folding differs between the three (``K`` KELVIN
SIGN, ``İ``) and a row would match on one page and not on another.
"""

from __future__ import annotations

import string
from typing import Final

__all__ = ["fold"]

_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold(text: str) -> str:
    """`text` with A-Z in lower case and nothing else changed."""
    return text.lower() if text.isascii() else text.translate(_LOWER)
