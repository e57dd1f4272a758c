"""Bring the database to the newest revision, once, whoever starts first."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

__all__ = ["upgrade"]

_LOCK: Final = 0x63_72_61_74_6F_6E  # "craton"


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Apply missing revisions in one transaction; concurrent starters wait for the first."""
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            await _upgrade_sqlite(connection, revision)
            return
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        await connection.run_sync(_upgrade, revision)
        await connection.commit()


async def _upgrade_sqlite(connection: AsyncConnection, revision: str) -> None:
    """SQLite changes a constraint by building the table again. Foreign keys are off meanwhile
    (dropping the old table would cascade) and checked before the end; the driver would begin
    a transaction only at the first row written, so this says BEGIN itself."""
    await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    try:
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        await connection.run_sync(_upgrade, revision)
        broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).fetchall()
        if broken:
            raise RuntimeError(f"the upgrade would break references: {broken[:5]}")
        await connection.commit()
    finally:
        await connection.rollback()
        await connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
