"""What of a provider's texts is taken: lines that can be shown, of bounded length."""

from __future__ import annotations

from typing import Final
from unicodedata import normalize

from scim2_models import InvalidValueException

from auth.person import LENGTH

__all__ = ["MOST_EMAILS", "folded", "line"]

MOST_EMAILS: Final = 16


def line(field: str, value: str | None) -> str | None:
    """The text as it is; `InvalidValueException` for one that is too long or no line. One that
    had to be cut would be another."""
    if value is None:
        return None
    if len(value) > LENGTH:
        raise InvalidValueException(detail=f"{field}: {LENGTH} characters at most")
    if not value.isprintable():
        raise InvalidValueException(detail=f"{field}: control characters are not taken")
    return value


def folded(value: str) -> str:
    """The text as it is compared where case does not count."""
    return normalize("NFC", normalize("NFC", value).lower())
