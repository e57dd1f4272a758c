"""Random 256-bit values and the form in which they are stored."""

from __future__ import annotations

import hashlib
import secrets

__all__ = ["digest", "new_token"]


def new_token() -> str:
    """A fresh 256-bit value, URL-safe."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What the database keeps of it: SHA-256 in hex (the value itself is random enough)."""
    return hashlib.sha256(token.encode()).hexdigest()
