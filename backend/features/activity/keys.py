"""The console's key that signs checkpoints: made once, its private half sealed."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.audit.signing import Signer, new_private
from backend.db.audit import AuditKey
from backend.secrets.store import Secrets, SecretsUnavailable

__all__ = ["signer"]

_TABLE: Final = "audit_key"
_FIELD: Final = "private"


async def signer(db: AsyncSession, secrets: Secrets) -> Signer | None:
    """The newest key, made in the session's transaction where there is none; None without a key
    ring, which cannot be borne by signing with an unsealed key."""
    newest = select(AuditKey).order_by(col(AuditKey.created).desc()).limit(1)
    row = (await db.execute(newest)).scalar_one_or_none()
    if row is not None:
        found = (await secrets.open(db, _TABLE, row.id)).get(_FIELD)
        if found:
            return Signer(found)
    private = new_private()
    made = Signer(private)
    try:
        await secrets.put(db, _TABLE, made.id, {_FIELD: private})
    except SecretsUnavailable:
        return None
    db.add(AuditKey(id=made.id, public=made.public, created=time.time()))
    await db.flush()
    return made
