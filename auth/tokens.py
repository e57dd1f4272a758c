"""How an access token is written: ``craton_``, 43 letters and digits, 6 of checksum.

The beginning lets a secret scanner find tokens in code and logs, and the checksum (CRC-32 of what
stands before it) lets it, and us, tell a token from a text that looks like one without asking
anybody.
"""

from __future__ import annotations

import re
import secrets
import string
import zlib
from typing import Final

__all__ = ["SHOWN", "TOKEN_LENGTH", "TOKEN_PREFIX", "is_token", "make_token"]

TOKEN_PREFIX: Final = "craton_"  # noqa: S105 (the public beginning of every token)
_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM: Final = 43
"""62 to the power of 43 is more than 2 to the power of 256."""
_CHECK: Final = 6
TOKEN_LENGTH: Final = len(TOKEN_PREFIX) + _RANDOM + _CHECK
SHOWN: Final = len(TOKEN_PREFIX) + 5
"""Characters that people may see again, to tell their tokens apart."""
_FORM: Final = re.compile(rf"{TOKEN_PREFIX}[0-9A-Za-z]{{{_RANDOM + _CHECK}}}")


def make_token() -> str:
    """A fresh secret of 256 random bits and its checksum."""
    body = TOKEN_PREFIX + "".join(secrets.choice(_DIGITS) for _ in range(_RANDOM))
    return body + _checksum(body)


def is_token(text: str) -> bool:
    """Whether the text is written as a token is; nothing of whether there is such a one."""
    body, check = text[:-_CHECK], text[-_CHECK:]
    return _FORM.fullmatch(text) is not None and check == _checksum(body)


def _checksum(body: str) -> str:
    rest, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECK):
        rest, digit = divmod(rest, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
