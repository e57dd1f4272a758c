"""A chain of entries, and ways past its triggers, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from backend.audit.chain import checkpoint, extend, head
from backend.audit.signing import Signer, new_private
from backend.db.audit import AuditEntry, AuditKey
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade

__all__ = ["ORG", "Chained", "chained"]

ORG = "main"
TABLES = ("audit_entry", "audit_link", "audit_checkpoint")


class Chained:
    """A database with a chain in it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.db_sessions: async_sessionmaker[AsyncSession] = create_db_sessions(engine)
        self.signer = Signer(new_private())

    async def add(self, number: int, **values: Any) -> None:
        """Append entries and give them their place."""
        async with self.db_sessions() as db, db.begin():
            for one in range(number):
                given = {"actor": f"ada{one}", "action": "user:create", "change": '{"a": 1}'}
                db.add(AuditEntry.at_now(ORG, **given | values))
                await db.flush()
        while await self.extend():
            pass

    async def extend(self, limit: int = 500) -> int:
        async with self.db_sessions() as db, db.begin():
            return await extend(db, limit)

    async def sign(self) -> None:
        """A checkpoint at the end."""
        async with self.db_sessions() as db, db.begin():
            await checkpoint(db, ORG, await head(db, ORG), self.signer)

    async def know(self) -> None:
        """Put the public key beside the chain."""
        async with self.db_sessions() as db, db.begin():
            db.add(AuditKey(id=self.signer.id, public=self.signer.public, created=1.0))

    async def tamper(self, *statements: str) -> None:
        """What somebody can do who owns the database: the triggers are off meanwhile."""
        sqlite = self.engine.dialect.name == "sqlite"
        async with self.engine.begin() as db:
            kept = []
            if sqlite:
                found = await db.execute(
                    text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                )
                kept = [row for row in found if row.name.startswith("audit_")]
                for row in kept:
                    await db.execute(text(f"DROP TRIGGER {row.name}"))
            else:
                for table in TABLES:
                    await db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            for statement in statements:
                await db.execute(text(statement))
            for row in kept:
                await db.execute(text(row.sql))
            if not sqlite:
                for table in TABLES:
                    await db.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


@asynccontextmanager
async def chained(url: str, number: int = 0) -> AsyncIterator[Chained]:
    """`number` entries with a signed checkpoint at their end."""
    engine = create_engine(url)
    await upgrade(engine)
    chain = Chained(engine)
    if number:
        await chain.know()
        await chain.add(number)
        await chain.sign()
    yield chain
    await engine.dispose()
