"""What goes with a subject that is removed: its bindings and tokens have no foreign key."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.subject import Subject
from backend.db.identity import TokenRecord
from backend.db.rights import BindingRecord

__all__ = ["remove_holdings"]


async def remove_holdings(db: AsyncSession, subject: Subject) -> None:
    """Remove the bindings and tokens of `subject`, in the caller's transaction."""
    await db.execute(
        delete(BindingRecord).where(
            col(BindingRecord.subject_kind) == subject.kind,
            col(BindingRecord.subject_id) == subject.id,
        )
    )
    await db.execute(
        delete(TokenRecord).where(
            col(TokenRecord.owner_kind) == subject.kind, col(TokenRecord.owner_id) == subject.id
        )
    )
