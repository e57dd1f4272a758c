"""Local passwords: argon2id, with one cost for known and unknown users."""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 256

_hasher: Final = PasswordHasher()


class WeakPasswordError(ValueError):
    """The password does not meet the rules; the message says which."""


def check_strength(password: str, login: str) -> None:
    """Raise `WeakPasswordError` unless the length is right and it is not the login itself."""
    if len(password) < MIN_LENGTH:
        raise WeakPasswordError(f"Use at least {MIN_LENGTH} characters.")
    if len(password) > MAX_LENGTH:
        raise WeakPasswordError(f"Use at most {MAX_LENGTH} characters.")
    if password.casefold().strip() == login.casefold():
        raise WeakPasswordError("The password must not be the user name.")


def hash_password(password: str) -> str:
    """The argon2id hash to store (CPU-bound, some 50 ms: call it in a thread)."""
    return _hasher.hash(password)


def verify(password: str, stored: str | None) -> bool:
    """Compare; with `stored` None the same time is spent, so unknown users look alike."""
    try:
        matches = _hasher.verify(stored or _decoy(), password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


@cache
def _decoy() -> str:
    return _hasher.hash("a password nobody has")
