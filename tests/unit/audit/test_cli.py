"""`craton audit`: its answers, and what it ends with."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backend.audit.cli import app
from tests.databases import place_sqlite
from tests.unit.audit.chained import chained


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with a chain of five entries."""
    monkeypatch.setenv("CRATON_HOME", str(tmp_path))
    monkeypatch.delenv("CRATON_DATABASE_URL", raising=False)
    place_sqlite(tmp_path / "craton.db")
    asyncio.run(_fill(tmp_path))
    return tmp_path


def craton(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_whole_chain_is_verified_here_and_from_a_file(home: Path) -> None:
    told = craton("verify")
    assert told.exit_code == 0, told.output
    assert told.output.startswith("OK: 5 entries, 1 to 5, are as they were recorded; signed up to")
    keys, file = home / "keys", home / "audit.jsonl"
    keys.write_text(craton("keys").output)
    assert craton("export", "--output", file).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(home / "craton.db") as db:
        found = db.execute("SELECT actor FROM audit_entry WHERE action = 'activity:export'")
        assert found.fetchall() == [("command line",)]
    db.close()
    assert craton("verify", file, "--key", keys).output.startswith("OK: 5 entries")
    keys.write_text(json.loads(keys.read_text())["public"])  # the bare key will do as well
    assert craton("verify", file, "--key", keys, "--checkpoints", file).exit_code == 0


def test_a_break_is_told_and_ends_with_one(home: Path) -> None:
    second = "(SELECT entry FROM audit_link WHERE sequence = 2)"
    asyncio.run(_fill(home, f"UPDATE audit_entry SET actor = 'eve' WHERE key = {second}"))
    told = craton("verify")
    assert told.exit_code == 1
    assert told.output.startswith("BROKEN: Entry 2 (user:create by eve at ")


def test_what_is_no_export_and_no_key_ends_with_two(home: Path) -> None:
    wrong = home / "wrong"
    wrong.write_text("nothing\n")
    assert craton("verify", wrong).exit_code == 2
    assert craton("verify", "--key", wrong).exit_code == 2


def test_where_nothing_is_signed_there_is_no_key_to_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRATON_HOME", str(tmp_path))
    monkeypatch.delenv("CRATON_DATABASE_URL", raising=False)
    place_sqlite(tmp_path / "craton.db")
    told = craton("keys")
    assert told.exit_code == 2
    assert told.stdout == ""
    assert "Nothing is signed yet" in told.stderr


async def _fill(home: Path, *statements: str) -> None:
    async with chained(f"sqlite+aiosqlite:///{home}/craton.db", 0 if statements else 5) as chain:
        await chain.tamper(*statements)
