"""Foreign text made readable and inert (issue 9, kind 12).

Text is what decodes as UTF-8 (or as UTF-16 behind its mark), whatever spaces, joiners and signs
it holds; what would act is shown as a symbol (`integrations.inert`). Other encodings can only be
guessed: the guess is named, and the bytes stay.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from charset_normalizer import from_bytes

from integrations.inert import CONTROLS, HIDDEN, symbol

__all__ = ["Guess", "PlainText", "decoded", "guess", "read_text"]

_BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_OF_BYTES: Final = re.compile(r"[\x00-\x06\x0b\x0e-\x1a\x1c-\x1f]")
_RARELY: Final = 8
"""Of so many characters of text at most one is such a control character. What terminals are told
(bell, backspace, form feed, return, escape, delete) texts may have as often as they like."""

_GUESSED: Final = {
    "cp932": "Shift-JIS", "euc_jp": "EUC-JP", "gb18030": "GB18030", "big5": "Big5",
    "cp949": "EUC-KR", "koi8_r": "KOI8-R", "cp1251": "Windows-1251", "cp1252": "Windows-1252",
    "iso8859_2": "ISO 8859-2", "cp1253": "Windows-1253",
}  # fmt: skip
"""The encodings that are still met, each under the name people know."""
_WIDE: Final = {
    "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE",
    "utf-32-le": "UTF-32LE", "utf-32-be": "UTF-32BE",
}  # fmt: skip
_MIXED: Final = re.compile("[A-Za-z][\u0370-\u052f]|[\u0370-\u052f][A-Za-z]")
"""A word of Latin and of Greek or Cyrillic letters: of no language."""
_GUESS_BYTES: Final = 4 * 1024
_OF_CONTROLS: Final = bytes([*range(9), 11, *range(14, 27), *range(28, 32), 127])
_LEAST: Final = 3
"""Shorter values say nothing of their encoding."""


class PlainText(NamedTuple):
    """What can be read, and what was done to it (a sentence, or empty)."""

    text: str
    note: str


class Guess(NamedTuple):
    """How bytes that are no UTF-8 may be meant: an encoding's name, and the text in it."""

    encoding: str
    text: str


def read_text(value: bytes, *, cut: bool = False) -> PlainText | None:
    """`value` as text; `cut` says that its last character may be incomplete. None for bytes."""
    text = decoded(value, cut=cut)
    if text is None:
        return None
    notes = ["encoded as UTF-16"] if value.startswith(_UTF16) else []
    notes += ["begins with a byte order mark"] if text.startswith("\ufeff") else []
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    shown, controls = CONTROLS.subn(symbol, plain)
    if len(_OF_BYTES.findall(plain)) * _RARELY > len(plain):
        return None
    shown, hidden = HIDDEN.subn(symbol, shown)
    if controls or hidden:
        notes.append("control characters are shown as symbols")
    return PlainText(shown, "; ".join(notes))


def decoded(value: bytes, *, cut: bool = False) -> str | None:
    """The very text of `value`, nothing replaced; None when it is no UTF-8 (nor UTF-16)."""
    if value.startswith(_UTF16):
        return _decode(value, "utf-16", cut=cut)
    return _decode(value, "utf-8", cut=cut)


def guess(value: bytes) -> Guess | None:
    """The likeliest reading of bytes that are no text as they stand; None for binary data."""
    head = value[:_GUESS_BYTES]
    for encoding, name in _WIDE.items():
        if (text := _wide(head, encoding)) is not None:
            return Guess(name, text)
    if len(head) < _LEAST or head.isascii() or head.translate(None, _OF_CONTROLS) != head:
        return None
    # The cut may fall inside a character, of which none of these has more than four bytes.
    shorter = range(4) if len(value) > len(head) else range(1)
    heads = (head[: len(head) - less] for less in shorter)
    return next(filter(None, map(_likeliest, heads)), None)


def _likeliest(head: bytes) -> Guess | None:
    for found in from_bytes(head, cp_isolation=[*_GUESSED], enable_fallback=False):
        shown = _inert(str(found))
        if found.encoding in _GUESSED and shown and not _MIXED.search(shown):
            return Guess(_GUESSED[found.encoding], shown)
    return None


def _wide(head: bytes, encoding: str) -> str | None:
    """Text of two or four bytes a character without its mark: known by the zeros of its spaces,
    digits and Latin letters, or of all characters."""
    zeros = head[1::2] if encoding.endswith("le") else head[::2]
    if len(head) < _LEAST + 1 or zeros.count(0) * 2 < len(zeros):
        return None
    text = _decode(head, encoding, cut=True)
    return None if text is None or not text else _inert(text)


def _inert(text: str) -> str | None:
    """Nothing but letters, signs and ends of lines; None for what else would be in it."""
    plain = text.replace("\r\n", "\n")
    odd = any(
        unicodedata.category(c) in {"Cc", "Cn", "Co", "Cs"} and c not in "\n\t" for c in plain
    )
    return None if odd else HIDDEN.sub(symbol, plain)


def _decode(value: bytes, encoding: str, *, cut: bool) -> str | None:
    try:
        return value.decode(encoding)
    except UnicodeDecodeError as error:
        if not cut or error.start < len(value) - 3:
            return None
        return value[: error.start].decode(encoding)
