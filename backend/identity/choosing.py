"""Passwords that people choose, and those made for them to be used once."""

from __future__ import annotations

import secrets
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.password import WeakPasswordError, check_strength
from auth.subject import Subject, SubjectKind
from backend.db.identity import UserRecord
from backend.errors import Unprocessable
from backend.identity.epoch import raise_epoch
from backend.identity.hashing import Hashing
from backend.identity.sessions import end_sessions

__all__ = ["chosen", "one_time_password", "put_password"]

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike in print."""


async def chosen(
    hashing: Hashing, password: str, login: str, *, before: str | None, field: str = "password"
) -> str:
    """The hash of a password that somebody chose; 422 for a weak one and for the one `before`.
    Outside of a transaction: it takes long."""
    try:
        check_strength(password, login)
    except WeakPasswordError as error:
        raise _unusable(field, str(error)) from error
    if await hashing.verify(password, before, known=True):
        raise _unusable(field, "Choose another password than the one before.")
    return await hashing.hash(password)


def one_time_password() -> str:
    """A password to read out or to print: four groups of five letters, some 99 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


async def put_password(
    db: AsyncSession, user: UserRecord, hashed: str, *, until: float | None = None, but: str = ""
) -> int:
    """Make it the password of `user`, good once where it ends; how many of their sessions ended by
    that, all `but` one. The caller's transaction commits."""
    await raise_epoch(db, Subject(SubjectKind.USER, user.id))
    user.password_hash, user.one_time_until = hashed, until
    user.row_version += 1
    return await end_sessions(db, user.id, but=but)


def _unusable(field: str, message: str) -> Unprocessable:
    return Unprocessable(message, errors=[{"field": field, "message": message}])
