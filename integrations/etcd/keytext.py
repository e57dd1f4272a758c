r"""A key's bytes as text that a person can read, search for and put into an address.

What is text stays text; every other byte is written ``\xNN``, so that a key stays in its folder
and each key has one text. A backslash stays itself unless what follows would read as an escape.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from typing import Final

__all__ = ["key_bytes", "key_text"]

_ENCODED: Final = "base64url:"
_ESCAPE: Final = re.compile(rb"\\x([0-9a-f]{2})")
_LOOKS_ESCAPED: Final = re.compile(r"\\(?=x[0-9a-f]{2})")
_JOINERS: Final = "\u200c\u200d"
"""Part of words and of emoji; other format characters are invisible or reorder the line."""
_SURROGATES: Final = (0xDC80, 0xDCFF)
"""What ``surrogateescape`` makes of bytes that are not UTF-8."""


def key_text(key: bytes) -> str:
    """The key as text, read back by `key_bytes`."""
    text = key.decode("utf-8", "surrogateescape")
    if "\\" in text:
        text = _LOOKS_ESCAPED.sub(r"\\x5c", text)
    if text.startswith(_ENCODED):
        text = _bytes_of(text[0]) + text[1:]
    if text.isprintable():
        return text
    return "".join(char if _is_shown(char) else _bytes_of(char) for char in text)


def key_bytes(text: str) -> bytes:
    """The key that `text` writes, also as ``base64url:`` and its bytes; ValueError when these
    are malformed or `text` is half a character."""
    if not text.startswith(_ENCODED):
        return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), text.encode())
    encoded = text.removeprefix(_ENCODED)
    padded = encoded + "=" * (-len(encoded) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not valid base64url") from error


def _is_shown(char: str) -> bool:
    return char.isprintable() or char in _JOINERS or unicodedata.category(char) == "Zs"


def _bytes_of(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
