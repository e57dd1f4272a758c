"""Random 256-bit values and the form in which they are stored; access tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.scope import Scope, render
from auth.subject import Subject
from auth.tokens import SHOWN, make_token
from backend.db.identity import TokenRecord

__all__ = ["digest", "make_access_token", "new_token", "remove_old_tokens"]

_KEPT_SECONDS: Final = 30 * 86400.0
_WORKLOADS_SECONDS: Final = 600.0


def new_token() -> str:
    """A fresh 256-bit value, URL-safe."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What the database keeps of it: SHA-256 in hex (the value itself is random enough)."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_access_token(
    owner: Subject,
    name: str,
    rights: Iterable[str],
    scopes: Iterable[Scope],
    *,
    expires: float,
    created_by: str = "",
) -> tuple[str, TokenRecord]:
    """A token's secret, to be shown once, and the record to store."""
    secret = make_token()
    record = TokenRecord(
        id=digest(secret),
        owner_kind=owner.kind.value,
        owner_id=owner.id,
        name=name,
        prefix=secret[:SHOWN],
        rights=sorted(rights),
        scopes=sorted(map(render, scopes)),
        expires=expires,
        created_by=created_by,
    )
    return secret, record


async def remove_old_tokens(db: AsyncSession, *, now: float) -> None:
    """Remove the records of tokens that ended long ago: for a while they are shown, so that their
    owner sees why a program is refused. Those of workloads are many, and soon gone."""
    ended, workloads = col(TokenRecord.expires), col(TokenRecord.rule) != ""
    over = (ended < now - _KEPT_SECONDS) | (workloads & (ended < now - _WORKLOADS_SECONDS))
    await db.execute(delete(TokenRecord).where(over))
