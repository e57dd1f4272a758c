"""Foreign text made inert: what would act on its reader becomes a symbol that can be seen.

The same characters as in the pages (`frontend/src/text/inert.ts`): control characters other than
a tab and an end of line, marks that reorder a line, invisible ones that let two names look alike or
carry a hidden text (tags that are no flag's, selectors behind selectors). Joiners, soft hyphens and
every kind of space are text.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["CONTROLS", "HIDDEN", "inert", "symbol"]

CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""A carriage return counts unless it ends a line: take those away first."""
_SELECTORS: Final = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_TAGS: Final = "[\U000e0000-\U000e007f]"
_OF_NO_FLAG: Final = "".join(f"(?<!\U0001f3f4{_TAGS * length})" for length in range(6))
"""England's flag is a black one and six tags behind it."""
HIDDEN: Final = re.compile(
    "[\x80-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff"
    f"\uffa0\ufff9-\ufffb\ud800-\udfff]|{_OF_NO_FLAG}{_TAGS}|(?<={_SELECTORS}){_SELECTORS}"
)


def inert(text: str) -> str:
    """`text` as it may be shown; what is inert already stays."""
    if text.isascii() and text.isprintable():
        return text
    plain = CONTROLS.sub(symbol, text.replace("\r\n", "\n"))
    return HIDDEN.sub(symbol, plain)


def symbol(found: re.Match[str]) -> str:
    """``⟨U+001B⟩`` for an escape: fonts that have the control pictures are rare."""
    return f"⟨U+{ord(found[0]):04X}⟩"
