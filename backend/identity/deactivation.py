"""People whom a provider deactivated by SCIM."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import col

from backend.db.identity import UserRecord
from backend.db.provisioning import ProvisionedUser

__all__ = ["deactivated", "locked_out"]


def deactivated(user_id: ColumnElement[str] | Any) -> ColumnElement[bool]:
    """Whether a provider says that the person of the account of that id may not sign in any more:
    what they let in without signing in gives nothing."""
    told = select(col(ProvisionedUser.id)).where(
        col(ProvisionedUser.user_id) == user_id, col(ProvisionedUser.active).is_(False)
    )
    return told.exists()


def locked_out() -> ColumnElement[bool]:
    """Of a `UserRecord`: deactivated, and without a password of this console to sign in with."""
    return and_(deactivated(col(UserRecord.id)), col(UserRecord.password_hash).is_(None))
