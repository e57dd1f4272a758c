"""Browsers and addresses an account signed in from, which strangers' attempts cannot lock out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.signin import KnownDevice
from backend.identity.tokens import digest, new_token

__all__ = ["DEVICE_SECONDS", "Familiar", "familiar", "remember"]

DEVICE_SECONDS: Final = 180 * 86400.0
"""How long a browser is known after it last signed in."""
_ADDRESS_SECONDS: Final = 30 * 86400.0
_MOST: Final = 20
"""Browsers remembered for an account; the one unused the longest is forgotten."""


@dataclass(frozen=True, slots=True)
class Familiar:
    """How an account knows where an attempt comes from."""

    device: str | None
    """The id of the browser's row, when its cookie is known."""
    address: bool


async def familiar(db: AsyncSession, user_id: str, cookie: str | None, group: str) -> Familiar:
    """Whether the account signed in with this device cookie, or from this address, lately."""
    now = time.time()
    query = select(KnownDevice).where(
        col(KnownDevice.user_id) == user_id, col(KnownDevice.used) > now - DEVICE_SECONDS
    )
    devices = (await db.execute(query)).scalars().all()
    wanted = digest(cookie) if cookie else None
    return Familiar(
        next((d.id for d in devices if d.id == wanted), None),
        any(d.address == group and d.used > now - _ADDRESS_SECONDS for d in devices),
    )


async def remember(db: AsyncSession, user_id: str, cookie: str | None, group: str) -> str:
    """Know this browser from now on; the device cookie to send it."""
    row = await db.get(KnownDevice, digest(cookie)) if cookie else None
    if cookie is not None and row is not None and row.user_id == user_id:
        row.used, row.address = time.time(), group
        return cookie
    token = new_token()
    db.add(KnownDevice(id=digest(token), user_id=user_id, address=group, used=time.time()))
    await db.flush()
    newest = (
        select(col(KnownDevice.id))
        .where(col(KnownDevice.user_id) == user_id)
        .order_by(col(KnownDevice.used).desc())
        .limit(_MOST)
    )
    await db.execute(
        delete(KnownDevice)
        .where(col(KnownDevice.user_id) == user_id, col(KnownDevice.id).not_in(newest))
        .execution_options(synchronize_session=False)
    )
    return token
