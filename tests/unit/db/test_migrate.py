"""Migrations make exactly the tables the models declare, on both databases."""

from __future__ import annotations

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from backend.db.engine import create_engine
from backend.db.migrate import upgrade
from backend.discovery import find_features


async def test_migrated_database_equals_models(empty_database_url: str) -> None:
    find_features()  # each brings its tables
    engine = create_engine(empty_database_url)
    await upgrade(engine)
    async with engine.connect() as connection:
        difference = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), SQLModel.metadata)
        )
    await engine.dispose()
    assert difference == []


async def test_starters_at_the_same_moment_do_not_race(empty_postgres_url: str) -> None:
    engines = [create_engine(empty_postgres_url) for _ in range(4)]
    await asyncio.gather(*(upgrade(engine) for engine in engines))
    async with engines[0].connect() as connection:
        epochs = (await connection.execute(text("SELECT count(*) FROM policy_epoch"))).scalar_one()
    for engine in engines:
        await engine.dispose()
    assert epochs == 1
