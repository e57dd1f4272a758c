"""Causes of a failed start in a line, from the real errors of databases and files."""

from __future__ import annotations

import errno
import socket
import sqlite3
from pathlib import Path

import pytest
from alembic.util.exc import CommandError
from pydantic import ValidationError
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from backend.db.engine import create_engine
from backend.db.migrate import upgrade
from backend.http.server import CannotListen, listen
from backend.secrets.source import load_ring
from backend.settings import Settings
from backend.stack.filecauses import cause_of_file
from backend.startcauses import cause_of_start


async def why_not(settings: Settings, *pragmas: str) -> str:
    """What is said when its database cannot be brought to the newest revision."""
    engine = create_engine(settings.database)

    @event.listens_for(engine.sync_engine, "connect")
    def _limit(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in ("busy_timeout=50", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    with pytest.raises((SQLAlchemyError, CommandError)) as raised:
        await upgrade(engine)
    await engine.dispose()
    return cause_of_start(raised.value, settings)


async def test_a_full_disk(tmp_path: Path) -> None:
    found = await why_not(Settings(home=tmp_path), "max_page_count=4")
    assert "the disk is full. Free some, or set CRATON_HOME." in found


async def test_a_database_that_another_program_holds(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "craton.db")
    try:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN EXCLUSIVE")
        found = await why_not(Settings(home=tmp_path))
    finally:
        other.close()
    assert found.startswith(f"The database {tmp_path}/craton.db is held by another program.")


async def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    newer = sqlite3.connect(tmp_path / "craton.db")
    newer.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    newer.execute("INSERT INTO alembic_version VALUES ('9999_later')")
    newer.commit()
    newer.close()
    found = await why_not(Settings(home=tmp_path))
    assert "another version of Craton" in found
    assert "9999_later" in found


async def test_a_name_that_no_server_has(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://craton:hunter2@nobody.invalid/craton"
    engine = create_engine(url)
    with pytest.raises(OSError) as raised:
        await upgrade(engine)
    found = cause_of_start(raised.value, Settings(home=tmp_path, database_url=url))
    assert found.startswith("The database at nobody.invalid:5432 cannot be reached: ")
    assert "hunter2" not in found


async def test_a_server_that_is_not_up(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, and never listening
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql+asyncpg://craton@127.0.0.1:{taken.getsockname()[1]}/craton"
        engine = create_engine(url)
        with pytest.raises(OSError) as raised:
            await upgrade(engine)
    found = cause_of_start(raised.value, Settings(home=tmp_path, database_url=url))
    assert "cannot be reached: " in found


def test_what_is_not_of_the_database_keeps_its_traceback(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql+asyncpg://craton@nobody.invalid/c")
    for error in (BrokenPipeError(errno.EPIPE, "Broken pipe"), TimeoutError()):
        with pytest.raises(OSError) as raised:
            raise error
        assert cause_of_start(raised.value, settings) == ""


@pytest.mark.parametrize("url", ["mysql://craton:hunter2@db/craton", "postgresql+asyncpg://[::"])
def test_an_address_of_no_database_of_ours(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(home=tmp_path, database_url=url)
    [error] = refused.value.errors()
    assert "postgresql+asyncpg://" in error["msg"]
    assert "hunter2" not in error["msg"]


def test_a_key_file_that_is_not_there(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, secrets_key_file=tmp_path / "nothing")
    with pytest.raises(ValueError, match="cannot be read") as raised:
        load_ring(settings)
    assert str(tmp_path / "nothing") in cause_of_start(raised.value, settings)


def test_a_fault_of_the_program_keeps_its_traceback(tmp_path: Path) -> None:
    assert cause_of_start(KeyError("x"), Settings(home=tmp_path)) == ""
    assert cause_of_start(RuntimeError("x"), Settings(home=tmp_path)) == ""


def test_files_and_disks(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "x"))
    assert cause_of_file(full, tmp_path).startswith("The disk is full")
    with pytest.raises(OSError, match="Is a directory") as raised:
        tmp_path.write_text("")
    assert "Set CRATON_HOME" in cause_of_file(raised.value, tmp_path)
    assert cause_of_file(ConnectionResetError(errno.ECONNRESET, "reset"), tmp_path) == ""
    temporary = FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/x']")
    assert "Set TMPDIR" in cause_of_file(temporary, tmp_path)


def test_a_port_that_is_taken_is_replaced_and_said() -> None:
    said: list[str] = []
    first = listen("127.0.0.1", 0, said.append)
    first.listen(1)
    port = first.getsockname()[1]
    second = listen("127.0.0.1", port, said.append)
    assert said == [f"Port {port} is in use: using {second.getsockname()[1]}."]
    for one in (first, second):
        one.close()
    with pytest.raises(CannotListen, match="Set CRATON_HOST"):
        listen("nobody.invalid", 0, said.append)
