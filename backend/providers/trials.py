"""Dry-run sign-ins: what a provider told and what it would give, for who tries it and once."""

from __future__ import annotations

import json
import time
from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.identity.tokens import digest, new_token
from backend.providers.table import ProviderTrial

__all__ = ["TRIAL_SECONDS", "forget_old", "keep_trial", "read_trial"]

TRIAL_SECONDS: Final = 600.0


def keep_trial(db: AsyncSession, provider: str, user_id: str, found: dict[str, Any]) -> str:
    """Keep what was found for ten minutes; the name it is asked for by."""
    token = new_token()
    db.add(
        ProviderTrial(
            id=digest(token),
            provider=provider,
            user_id=user_id,
            found=json.dumps(found, default=str),
            expires=time.time() + TRIAL_SECONDS,
        )
    )
    return token


async def read_trial(
    db: AsyncSession, provider: str, user_id: str, token: str
) -> dict[str, Any] | None:
    """What a trial of this administrator found; None when there is none any more."""
    row = await db.get(ProviderTrial, digest(token))
    mine = row is not None and row.user_id == user_id and row.provider == provider
    if row is None or not mine or row.expires < time.time():
        return None
    found: dict[str, Any] = json.loads(row.found)
    return found


async def forget_old(db: AsyncSession) -> None:
    """Remove those nobody may look at any more."""
    await db.execute(delete(ProviderTrial).where(col(ProviderTrial.expires) < time.time()))
