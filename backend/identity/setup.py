"""The first admin: by the one-time setup link, or from the environment for automation."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.password import WeakPasswordError, check_strength
from auth.role import OWNER
from auth.scope import organisation, render
from auth.subject import SubjectKind
from backend.audit import Audit, Origin, Target
from backend.db.identity import SetupToken, UserRecord
from backend.db.rights import BindingRecord
from backend.errors import Forbidden, Unprocessable
from backend.identity.epoch import raise_epoch
from backend.identity.hashing import HASHING, Hashing
from backend.identity.tokens import digest, new_token

__all__ = [
    "SETUP_SECONDS",
    "NewOwner",
    "bootstrap",
    "create_owner",
    "issue_setup_token",
    "new_owner",
    "redeem",
    "setup_needed",
]

SETUP_SECONDS = 3600.0
"""How long the setup link works; a restart prints a new one."""


async def setup_needed(db: AsyncSession) -> bool:
    """True while there is no user at all."""
    return (await db.execute(select(func.count()).select_from(UserRecord))).scalar_one() == 0


async def issue_setup_token(db: AsyncSession) -> str | None:
    """A new one-time token (older ones end), or None when setup is done."""
    if not await setup_needed(db):
        return None
    token = new_token()
    await db.execute(delete(SetupToken))
    db.add(SetupToken(id=digest(token), expires=time.time() + SETUP_SECONDS))
    return token


@dataclass(frozen=True, slots=True)
class NewOwner:
    """The first admin, as `new_owner` makes it of what was asked."""

    login: str
    name: str
    password_hash: str


async def new_owner(login: str, name: str, password: str, hashing: Hashing = HASHING) -> NewOwner:
    """Check and hash the password; `Unprocessable` when it is weak. Outside of a transaction."""
    try:
        check_strength(password, login)
    except WeakPasswordError as error:
        raise Unprocessable(
            str(error), errors=[{"field": "password", "message": str(error)}]
        ) from error
    return NewOwner(login, name or login, await hashing.hash(password))


async def redeem(db: AsyncSession, token: str, owner: NewOwner, audit: Audit) -> UserRecord:
    """Create the owner and use up the token, in the caller's transaction.

    Deleting the token first makes two redemptions at once impossible: one deletes nothing.
    """
    used = await db.execute(
        delete(SetupToken)
        .where(col(SetupToken.id) == digest(token), col(SetupToken.expires) > time.time())
        .returning(col(SetupToken.id))
    )
    if used.first() is None or not await setup_needed(db):
        raise Forbidden(
            "This setup link is used up or too old. Restart the console to get a new one."
        )
    return await create_owner(db, owner, audit)


async def create_owner(db: AsyncSession, owner: NewOwner, audit: Audit) -> UserRecord:
    """A user with the owner role at the organisation, and its audit entry."""
    login = owner.login
    user = UserRecord(login=login, name=owner.name, password_hash=owner.password_hash)
    db.add(user)
    await db.flush()
    where = organisation(audit.origin.organisation)
    db.add(
        BindingRecord(
            subject_kind=SubjectKind.USER,
            subject_id=user.id,
            role_id=OWNER,
            scope=render(where),
            created_by=login,
        )
    )
    target = Target("user", user.id, login, where)
    audit.did("create", target, detail="First owner, made at setup.")
    await raise_epoch(db)
    return user


async def bootstrap(db: AsyncSession, login: str, password_file: Path | None, org: str) -> bool:
    """Create the admin named by the environment when there is no user; True when made."""
    if not login or not await setup_needed(db):
        return False
    if password_file is None:
        raise RuntimeError("CRATON_BOOTSTRAP_ADMIN needs CRATON_BOOTSTRAP_PASSWORD_FILE")
    password = (await asyncio.to_thread(password_file.read_text)).rstrip("\r\n")
    audit = Audit(db, Origin.system(org, "bootstrap"))
    await create_owner(db, await new_owner(login, login, password), audit)
    await db.execute(delete(SetupToken))
    return True
