"""Foreign text made readable and inert (issue 9, kind 12).

Text is what decodes as UTF-8, whatever spaces, joiners and signs it holds. What would act on a
terminal or reorder a line (control and bidirectional characters) is shown as a symbol.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["PlainText", "read_text"]

_BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""Without the tab and line feed; a carriage return counts unless it ends a line."""
_REORDERING: Final = re.compile("[\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_RARELY: Final = 8
"""Of so many characters of text at most one is a control character."""


class PlainText(NamedTuple):
    """What can be read, and what was done to it (a sentence, or empty)."""

    text: str
    note: str


def read_text(value: bytes, *, cut: bool = False) -> PlainText | None:
    """`value` as text; `cut` says that its last character may be incomplete. None for bytes."""
    notes: list[str] = []
    if value.startswith(_UTF16):
        text = _decoded(value, "utf-16", cut=cut)
        notes.append("encoded as UTF-16")
    else:
        text = _decoded(value.removeprefix(_BOM), "utf-8", cut=cut)
        notes += ["begins with a byte order mark"] if value.startswith(_BOM) else []
    if text is None:
        return None
    plain = text.replace("\r\n", "\n")
    shown, controls = _CONTROL.subn(_symbol, plain)
    if controls * _RARELY > len(plain):
        return None
    shown, hidden = _REORDERING.subn(_code, shown)
    if controls or hidden:
        notes.append("control characters are shown as symbols")
    return PlainText(shown, "; ".join(notes))


def _decoded(value: bytes, encoding: str, *, cut: bool) -> str | None:
    try:
        return value.decode(encoding)
    except UnicodeDecodeError as error:
        if not cut or error.start < len(value) - 3:
            return None
        return value[: error.start].decode(encoding)


def _symbol(found: re.Match[str]) -> str:
    """The control picture of a control character: ``␛`` for an escape."""
    code = ord(found[0])
    return "\u2421" if code == 0x7F else chr(0x2400 + code)


def _code(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩"
