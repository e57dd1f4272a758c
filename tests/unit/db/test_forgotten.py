"""The plugin that finds forgotten connections (`tests/connections.py`) sees those of asyncpg."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from backend.db.engine import create_engine
from tests import connections

pytestmark = pytest.mark.postgres


async def test_a_forgotten_connection_is_told_with_the_place_of_its_making(
    postgres_url: str,
) -> None:
    before = connections._open_postgres()
    made = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    assert connections._forgotten_postgres(before) == {made}
    assert Path(__file__).name in made._source_traceback
    connections._end(made)
    assert not connections._forgotten_postgres(before)


async def test_a_disposed_pool_forgets_what_was_in_use_but_the_plugin_does_not(
    postgres_url: str,
) -> None:
    before = connections._open_postgres()
    engine = create_engine(postgres_url)
    held = await engine.connect()
    await held.execute(text("SELECT 1"))
    await engine.dispose()
    assert len(connections._forgotten_postgres(before)) == 1
    await held.invalidate()
    await held.close()
    assert not connections._forgotten_postgres(before)
