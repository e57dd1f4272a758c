"""The break-glass account: unsealed by its code for an hour, sealed again with another.

Outside of its hour the account is switched off as any other may be, so that whatever looks at that
refuses it. Within, its sessions end with the hour: each replica closes them by its own clock. Locks
are taken in one order: the epoch, the account, how it stands.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.subject import Subject, SubjectKind
from backend.db.breakglass import ONE, BreakGlass
from backend.db.identity import TokenRecord, UserRecord
from backend.errors import Conflict, Forbidden
from backend.identity.choosing import one_time_password
from backend.identity.epoch import raise_epoch
from backend.identity.sessions import end_sessions
from backend.identity.steps import forget_steps_of
from backend.identity.tokens import digest

__all__ = [
    "HOUR",
    "Unsealed",
    "close_over",
    "is_break_glass",
    "its_account",
    "new_code",
    "opened_by",
    "read_break_glass",
    "refuse_break_glass",
    "refuse_to_break_glass",
    "seal",
    "unseal",
]

HOUR: Final = 3600.0


async def read_break_glass(db: AsyncSession, user_id: str | None = None) -> BreakGlass | None:
    """How it stands, as of this moment; with `user_id` only if it is that account."""
    query = select(BreakGlass).where(col(BreakGlass.id) == ONE)
    if user_id is not None:
        query = query.where(col(BreakGlass.user_id) == user_id)
    found = await db.execute(query.execution_options(populate_existing=True))
    return found.scalar_one_or_none()


def its_account() -> ColumnElement[bool]:
    """In a query on accounts: it is the break-glass account."""
    return exists().where(col(BreakGlass.user_id) == col(UserRecord.id))


async def is_break_glass(db: AsyncSession, user_id: str) -> bool:
    """Whether it is that account."""
    return await read_break_glass(db, user_id) is not None


async def refuse_break_glass(db: AsyncSession, user_id: str) -> None:
    """409 for a change of the account that would pass its seal by."""
    if await is_break_glass(db, user_id):
        raise Conflict(
            "This is the break-glass account: it is unsealed by its printed code, and sealed again "
            "under Access > Sign-in rules. To have other credentials for it, remove the account "
            "and make it anew."
        )


async def refuse_to_break_glass(db: AsyncSession, user_id: str) -> None:
    """403 for what would outlive the hour."""
    if await is_break_glass(db, user_id):
        raise Forbidden(
            "The break-glass account is for an hour: it lets in no command line and has no API "
            "tokens. Give an account of its own the roles it needs."
        )


def new_code() -> str:
    """A code to print: some 99 bits, in letters that look like no others."""
    return one_time_password()


def hashed(code: str) -> str:
    """The code however it was typed, as it is kept."""
    return digest(f"break-glass {''.join(filter(str.isalnum, code.lower()))}")


@dataclass(frozen=True, slots=True)
class Unsealed:
    """The account that is open now, and until when."""

    user: UserRecord
    until: float


async def opened_by(db: AsyncSession, code: str) -> str | None:
    """The id of the account that the code opens, read alone: nobody waits for who guesses."""
    found = await db.execute(select(col(BreakGlass.user_id)).where(_sealed_with(code)))
    return found.scalar_one_or_none()


def _sealed_with(code: str) -> ColumnElement[bool]:
    return (col(BreakGlass.code) == hashed(code)) & (col(BreakGlass.code) != "")


async def unseal(db: AsyncSession, user_id: str, code: str, address: str) -> Unsealed | None:
    """Open the account of that id for an hour; None where the code is not its own any more: of two
    uses at once for the second. The caller's transaction commits."""
    now = time.time()
    await raise_epoch(db, Subject(SubjectKind.USER, user_id))
    user = await db.get(UserRecord, user_id, with_for_update=True, populate_existing=True)
    opened = (
        update(BreakGlass)
        .where(_sealed_with(code), col(BreakGlass.user_id) == user_id)
        .values(
            code="",
            until=now + HOUR,
            unsealed=now,
            unsealed_from=address[:64],
            row_version=col(BreakGlass.row_version) + 1,
        )
    )
    statement = opened.returning(col(BreakGlass.user_id))
    taken = await db.execute(statement.execution_options(synchronize_session=False))
    if taken.first() is None or user is None:
        return None
    user.disabled = False
    user.row_version += 1
    return Unsealed(user, now + HOUR)


async def seal(db: AsyncSession, row: BreakGlass, by: str) -> tuple[str, int]:
    """Switch the account off with a new code, told this one time; how many sessions ended by it.
    The caller has raised the epoch for the account."""
    code = new_code()
    ended = await _shut(db, row)
    row.code, row.printed, row.printed_by = hashed(code), time.time(), by
    await db.flush()
    return code, ended


async def close_over(db: AsyncSession, now: float) -> UserRecord | None:
    """Switch the account off when its hour is over, without a code: whoever looks after it prints
    one. The account, if that was now. The caller's transaction commits."""
    row = await read_break_glass(db)
    if row is None or row.until is None or row.until > now:
        return None
    await raise_epoch(db, Subject(SubjectKind.USER, row.user_id))
    row = await read_break_glass(db)  # under the lock: it may have been sealed meanwhile
    if row is None or row.until is None or row.until > now:
        return None
    await _shut(db, row)
    return await db.get(UserRecord, row.user_id)


async def _shut(db: AsyncSession, row: BreakGlass) -> int:
    user = await db.get(UserRecord, row.user_id, with_for_update=True, populate_existing=True)
    if user is not None and not user.disabled:
        user.disabled = True
        user.row_version += 1
    row.until = None
    row.row_version += 1
    await db.flush()
    await forget_steps_of(db, row.user_id)
    await db.execute(
        delete(TokenRecord).where(
            col(TokenRecord.owner_kind) == SubjectKind.USER,
            col(TokenRecord.owner_id) == row.user_id,
        )
    )
    return await end_sessions(db, row.user_id)
