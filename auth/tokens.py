"""How an access token is written: ``craton_``, 43 letters and digits, 6 of checksum; what a
command line signs in with begins ``craton_cli_``, what a provider provisions people with
``craton_scim_``, and what an invitation's link holds ``craton_invite_``.

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

__all__ = [
    "SCIM_SHOWN",
    "SHOWN",
    "TOKEN_LENGTH",
    "TOKEN_PREFIX",
    "is_device_token",
    "is_invitation_token",
    "is_scim_token",
    "is_token",
    "make_device_token",
    "make_invitation_token",
    "make_scim_token",
    "make_token",
]

TOKEN_PREFIX: Final = "craton_"  # noqa: S105 (the public beginning of every token)
DEVICE_PREFIX: Final = "craton_cli_"
SCIM_PREFIX: Final = "craton_scim_"
INVITATION_PREFIX: Final = "craton_invite_"
_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM: Final = 43
"""62 to the power of 43 is more than 2 to the power of 256."""
_CHECK: Final = 6
TOKEN_LENGTH: Final = len(TOKEN_PREFIX) + _RANDOM + _CHECK
SHOWN: Final = len(TOKEN_PREFIX) + 5
"""Characters that people may see again, to tell their tokens apart."""
SCIM_SHOWN: Final = len(SCIM_PREFIX) + 5
_BODY: Final = re.compile(rf"[0-9A-Za-z]{{{_RANDOM + _CHECK}}}")


def make_token() -> str:
    """A fresh secret of 256 random bits and its checksum."""
    return _made(TOKEN_PREFIX)


def make_device_token() -> str:
    """The same for the session of a command line."""
    return _made(DEVICE_PREFIX)


def make_scim_token() -> str:
    """The same for a provider that provisions people (SCIM)."""
    return _made(SCIM_PREFIX)


def make_invitation_token() -> str:
    """The same for the link by which somebody takes up an invitation."""
    return _made(INVITATION_PREFIX)


def is_invitation_token(text: str) -> bool:
    """Whether the text is written as that of an invitation."""
    return _written(INVITATION_PREFIX, text)


def is_scim_token(text: str) -> bool:
    """Whether the text is written as a provider's token is."""
    return _written(SCIM_PREFIX, text)


def is_token(text: str) -> bool:
    """Whether the text is written as a token is; nothing of whether there is such a one."""
    return _written(TOKEN_PREFIX, text)


def is_device_token(text: str) -> bool:
    """Whether the text is written as that of a command line's session."""
    return _written(DEVICE_PREFIX, text)


def _made(prefix: str) -> str:
    body = prefix + "".join(secrets.choice(_DIGITS) for _ in range(_RANDOM))
    return body + _checksum(body)


def _written(prefix: str, text: str) -> bool:
    if not text.startswith(prefix) or not _BODY.fullmatch(text, len(prefix)):
        return False
    return text[-_CHECK:] == _checksum(text[:-_CHECK])


def _checksum(body: str) -> str:
    rest, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECK):
        rest, digit = divmod(rest, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
