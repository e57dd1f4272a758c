"""A start that fails says its cause in a line, with what to do (issue 9, kind 16)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.stackfixtures import REPOSITORY

pytestmark = pytest.mark.timeout(600)


def fails(command: str, home: Path, **environment: str) -> str:
    """What a start that fails prints, without the lines of the log that name no fault."""
    done = subprocess.run(
        [sys.executable, "-m", "backend", *command.split()],
        cwd=REPOSITORY,
        env=os.environ | {"CRATON_HOME": str(home), "CRATON_PORT": "0"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert "Traceback" not in said, said
    assert "\u256d" not in said, said  # the frame of a traceback
    lines = said.splitlines()
    assert len(lines) <= 12, said
    return said


@pytest.mark.parametrize("command", ["up", "stack up", "updates serve"])
def test_a_data_directory_that_cannot_be_made(tmp_path: Path, command: str) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    said = fails(command, taken / "home")
    assert f"{taken}" in said
    assert "Not a directory" in said
    assert "Set CRATON_HOME" in said


@pytest.mark.parametrize("command", ["serve", "updates serve"])
def test_a_database_that_cannot_be_reached(tmp_path: Path, command: str) -> None:
    port = free_port()
    url = f"postgresql+asyncpg://craton:hunter2@127.0.0.1:{port}/craton"
    said = fails(command, tmp_path, CRATON_DATABASE_URL=url)
    assert f"The database at 127.0.0.1:{port} cannot be reached" in said
    assert "Check CRATON_DATABASE_URL" in said
    assert "hunter2" not in said


def test_a_database_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "craton.db").write_bytes(b"no database at all" * 100)
    said = fails("migrate", tmp_path)
    assert f"The database {tmp_path}/craton.db is no database." in said


def test_an_address_that_is_not_this_machines(tmp_path: Path) -> None:
    said = fails("up", tmp_path, CRATON_HOST="192.0.2.1")
    assert "Nothing can listen at '192.0.2.1'" in said
    assert "Set CRATON_HOST" in said
