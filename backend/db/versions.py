"""A row's next version: of two changes of one version at once, the second is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import PreconditionFailed

__all__ = ["Versioned", "advance"]


class Versioned(Protocol):
    """A row with an id and the number of its version."""

    id: str
    row_version: int


async def advance(
    db: AsyncSession, record: Versioned, values: Mapping[str, object], word: str
) -> None:
    """Give `values` to the version of `record` that was read, and make it the next; `record` is
    then what is stored. 412 when somebody else was first, calling it by `word`."""
    table = type(record)
    same = (col(table.id) == record.id) & (col(table.row_version) == record.row_version)
    changed = update(table).where(same).values(**values, row_version=record.row_version + 1)
    statement = changed.returning(col(table.id)).execution_options(synchronize_session=False)
    if (await db.execute(statement)).first() is None:
        raise PreconditionFailed(f"The {word} was changed by somebody else at this moment.")
    await db.refresh(record)
