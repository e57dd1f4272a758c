"""Codes of an authenticator app (RFC 6238), and recovery codes in their place. Pure.

A code stands for a step of thirty seconds. Clocks differ: the step before and the one after are
taken too. Which step a code was of is what its user remembers, so that none is taken twice.
"""

from __future__ import annotations

import secrets
from hmac import compare_digest
from typing import Final

from pyotp import TOTP, random_base32

__all__ = ["RECOVERY_CODES", "matching_step", "new_recovery_codes", "new_secret", "plain", "uri_of"]

RECOVERY_CODES: Final = 10
_STEP_SECONDS: Final = 30
_DIGITS: Final = 6
_SKEW: Final = (-1, 0, 1)
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike in print."""


def new_secret() -> str:
    """What the app and the console share: 160 bits in base32."""
    return random_base32()


def uri_of(secret: str, login: str, issuer: str) -> str:
    """The address that apps read from a QR code."""
    return TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def matching_step(secret: str, code: str, now: float) -> int | None:
    """The step whose code it is, at or beside `now`; None for a wrong one. All are compared,
    however early one is right."""
    if len(code) != _DIGITS or not (code.isascii() and code.isdecimal()):
        return None
    totp, present = TOTP(secret), int(now) // _STEP_SECONDS
    steps = (present + skew for skew in _SKEW)
    right = [s for s in steps if compare_digest(totp.generate_otp(max(s, 0)), code)]
    return max(right, default=None)


def new_recovery_codes() -> list[str]:
    """Ten codes to print: four groups of five letters each, some 99 bits."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    ]


def plain(code: str) -> str:
    """A code as it is compared, however it was typed: without spaces and dashes, small letters."""
    return "".join(letter for letter in code.lower() if letter not in " -\t")
