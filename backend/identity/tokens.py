"""Random 256-bit values and the form in which they are stored; access tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Final

from auth.scope import Scope, render
from auth.subject import Subject
from backend.db.identity import TokenRecord

__all__ = ["TOKEN_PREFIX", "digest", "make_access_token", "new_token"]

TOKEN_PREFIX: Final = "craton_"  # noqa: S105 (the public beginning of every token)


def new_token() -> str:
    """A fresh 256-bit value, URL-safe."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What the database keeps of it: SHA-256 in hex (the value itself is random enough)."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_access_token(
    owner: Subject, name: str, rights: Iterable[str], scopes: Iterable[Scope], *, expires: float
) -> tuple[str, TokenRecord]:
    """A token's secret, to be shown once, and the record to store."""
    secret = TOKEN_PREFIX + new_token()
    record = TokenRecord(
        id=digest(secret),
        owner_kind=owner.kind.value,
        owner_id=owner.id,
        name=name,
        prefix=secret[: len(TOKEN_PREFIX) + 5],
        rights=sorted(rights),
        scopes=sorted(map(render, scopes)),
        expires=expires,
    )
    return secret, record
