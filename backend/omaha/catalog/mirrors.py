"""Mirrors that a person registered: servers whose requests do not tell that they are one."""

from __future__ import annotations

import re
import time
from typing import Final

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict, PreconditionFailed
from backend.omaha.catalog import edit
from backend.omaha.catalog.edit import AlreadyTaken, change, insert, invalid
from backend.omaha.fleet import actions
from backend.omaha.store.session import SessionTransaction
from backend.omaha.store.tables import RegisteredMirrorRecord

__all__ = ["delete", "register", "rename"]

MAX_MIRRORS: Final = 200
"""Of one application."""
_TRIES: Final = 5
_ID: Final = re.compile(r"[\x21-\x7e]{1,64}")


async def register(
    session: AsyncSession, application_id: int, machine_id: str, name: str
) -> RegisteredMirrorRecord:
    """From now on whoever calls itself `machine_id` is a mirror of the application: the machine
    it was until now is removed, with what it holds, and cannot come back: a report of it that is
    under way is written before, and removed, or sees the new configuration. `Conflict` when it
    checks in again and again meanwhile."""
    await SessionTransaction(session).admit_nobody()
    bare = machine_id.strip().strip("{}")
    if not _ID.fullmatch(bare):
        raise invalid("machine_id", "is the id it sends: 1 to 64 characters without spaces.")
    of_application = col(RegisteredMirrorRecord.application_id) == application_id
    query = select(func.count()).select_from(RegisteredMirrorRecord).where(of_application)
    if (await session.scalars(query)).one() >= MAX_MIRRORS:
        raise Conflict(f"An application has at most {MAX_MIRRORS} registered mirrors.")
    same = select(col(RegisteredMirrorRecord.id)).where(
        of_application, col(RegisteredMirrorRecord.machine_id) == bare
    )
    if (await session.scalars(same)).first() is not None:
        raise AlreadyTaken("A mirror with this id is registered already.", "machine_id")
    await _remove_machine(session, application_id, bare)
    await edit.begin(session)
    now = time.time()
    row = RegisteredMirrorRecord(
        application_id=application_id, machine_id=bare, name=name, created_at=now, updated_at=now
    )
    return await insert(session, row, "A mirror with this id is registered already.", "machine_id")


async def _remove_machine(session: AsyncSession, application_id: int, machine_id: str) -> None:
    for _ in range(_TRIES):
        try:
            return await actions.remove(session, application_id, machine_id)
        except PreconditionFailed:  # it checked in between two of our statements
            continue
    raise Conflict("It checks in all the time: register it again.")


async def rename(
    session: AsyncSession, row: RegisteredMirrorRecord, name: str
) -> RegisteredMirrorRecord:
    """What people call it."""
    return await change(session, row, {"name": name})


async def delete(session: AsyncSession, row: RegisteredMirrorRecord) -> None:
    """From now on it is a machine like any other."""
    await session.execute(
        sql_delete(RegisteredMirrorRecord).where(col(RegisteredMirrorRecord.id) == row.id)
    )
