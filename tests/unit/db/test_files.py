"""The database's files are the owner's alone, and errors name no values."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.db.engine import create_engine
from backend.db.migrate import upgrade
from backend.omaha.store.sqlite import SqliteStore


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


@pytest.mark.usefixtures("open_umask")
async def test_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path / 'c.db'}")
    await upgrade(engine)
    store = SqliteStore(str(tmp_path / "c.db"))
    await store.start()
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE policy_epoch SET value = value + 1"))
        assert modes(tmp_path) == dict.fromkeys(("c.db", "c.db-wal", "c.db-shm"), 0o600)
    await store.stop()
    await engine.dispose()


async def test_a_file_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    path.touch()
    path.chmod(0o644)
    engine = create_engine(f"sqlite+aiosqlite:///{path}")
    await upgrade(engine)
    assert modes(tmp_path)["c.db"] == 0o600
    await engine.dispose()


async def test_an_error_names_no_values(database_url: str) -> None:
    engine = create_engine(database_url)
    with pytest.raises(DBAPIError) as error:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT :secret FROM nowhere"), {"secret": "hunter2"})
    assert "hunter2" not in str(error.value)
    await engine.dispose()
