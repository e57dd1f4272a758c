"""The roles there are now: the built-in ones and those made here."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.kinds import Catalogue
from auth.role import Role
from backend.db.rights import RoleRecord
from backend.identity.principals import all_roles

__all__ = ["present_roles"]


async def present_roles(db: AsyncSession, catalogue: Catalogue) -> dict[str, Role]:
    """Every role that can be given, by id, compiled against the kinds there are."""
    return all_roles((await db.execute(select(RoleRecord))).scalars(), catalogue)
