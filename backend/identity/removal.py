"""What goes with a subject that is removed: its bindings, tokens and sealed secrets have no foreign
key."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.subject import Subject
from backend.db.factors import TOTP_TABLE
from backend.db.identity import TokenRecord
from backend.db.rights import BindingRecord
from backend.secrets.table import SealedSecret

__all__ = ["remove_holdings"]


async def remove_holdings(db: AsyncSession, subject: Subject) -> None:
    """Remove the bindings, tokens and sealed secrets of `subject`, in the caller's transaction."""
    await db.execute(
        delete(SealedSecret).where(
            col(SealedSecret.owner) == TOTP_TABLE, col(SealedSecret.row) == subject.id
        )
    )
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
