"""Tells every replica that configuration changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL = "omaha_config"
"""The PostgreSQL notification channel; the payload is empty, receivers re-read."""


async def announce(session: AsyncSession) -> None:
    """Raise the configuration's version in the caller's transaction; call it after the last
    edit. Replicas reload when it commits (PostgreSQL: notified; SQLite: polled), and no grant
    is decided by older configuration once it has."""
    await session.execute(
        text(
            "INSERT INTO omaha_config (id, version) VALUES (1, 1)"
            " ON CONFLICT (id) DO UPDATE SET version = omaha_config.version + 1"
        )
    )
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text(f"NOTIFY {CHANNEL}"))
