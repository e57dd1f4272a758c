"""Credentials of connections: sealed at rest, never shown, under keys that rotate."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from backend.db.engine import create_engine
from backend.secrets.keyring import make_key, parse_ring
from backend.secrets.store import Secrets, UnknownKeys
from tests.console import ConsoleApp, running_console
from tests.unit.connections.adding import CANARY, add, names
from tests.waiting import until


async def test_secrets_go_in_and_never_come_out(console: ConsoleApp, database_url: str) -> None:
    made = await add(console)
    assert set(made.json()["secrets"]) == {"password"}
    owner = await console.owner()
    said = [made.text]
    for path in ("etcd/far", "etcd/far/diagnostics"):
        answer = await owner.get(f"/connections/{path}")
        assert answer.status_code == 200, answer.text
        said.append(answer.text)
    said.append((await owner.get("/collections/connections")).text)
    said.append((await owner.get("/collections/activity")).text)
    assert all(CANARY not in text for text in said)
    assert '"password":"(withheld)"' in said[2].replace(" ", "")
    running = console.state.connections.find("etcd", "far").record.settings
    assert running.password.get_secret_value() == CANARY
    assert CANARY not in repr(running)
    assert CANARY not in await dump(database_url, console)


async def dump(database_url: str, console: ConsoleApp) -> str:
    """The whole database as text: of SQLite its file with its journal too."""
    if database_url.startswith("sqlite"):
        home = console.state.settings.home
        with sqlite3.connect(home / "craton.db") as db:
            text = "\n".join(db.iterdump())
        files = b"".join(file.read_bytes() for file in home.glob("craton.db*"))
        return text + files.decode("latin-1")
    engine = create_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.execute(
            sa.text("SELECT table_name FROM information_schema.tables WHERE table_schema='public'")
        )
        text = ""
        for (table,) in found.all():
            content = await connection.execute(sa.text(f'SELECT t::text FROM "{table}" t'))
            text += "\n".join(row[0] for row in content)
    await engine.dispose()
    assert "sealed" not in text or "v1.first." in text
    return text


async def test_a_secret_left_out_stays_and_an_empty_one_goes(console: ConsoleApp) -> None:
    await add(console)
    owner = await console.owner()

    def password() -> str:
        settings = console.state.connections.find("etcd", "far").record.settings
        return settings.password.get_secret_value()

    url = "/connections/etcd/far?untested=true"
    same = {"endpoints": ["https://etcd.invalid:2379"], "username": "v"}
    answer = await owner.put(
        url, json={"way": "endpoints", "values": same}, headers={"if-match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    assert password() == CANARY
    none = {"endpoints": ["https://etcd.invalid:2379"], "password": ""}
    answer = await owner.put(
        url, json={"way": "endpoints", "values": none}, headers={"if-match": '"2"'}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["secrets"] == {}
    assert password() == ""


async def test_another_key_ring_does_not_start_on_this_database(tmp_path: Path) -> None:
    async with running_console(tmp_path, secrets_keys=make_key("first")) as console:
        assert (await add(console)).status_code == 201
    with pytest.raises(UnknownKeys, match="'first'"):
        async with running_console(tmp_path, secrets_keys=make_key("second")):
            pass


async def test_rotation_leaves_every_secret_as_it_is(tmp_path: Path, database_url: str) -> None:
    shared = "" if database_url.startswith("sqlite") else database_url
    first, second = make_key("first"), make_key("second")
    async with running_console(tmp_path, shared, secrets_keys=first) as console:
        for number in range(5):
            assert (await add(console, name=f"n{number}")).status_code == 201
    engine = create_engine(shared or f"sqlite+aiosqlite:///{tmp_path / 'craton.db'}")
    secrets, left = Secrets(parse_ring(f"{second}\n{first}")), []
    for _ in range(3):
        async with AsyncSession(engine) as db, db.begin():
            left.append(await secrets.rotate(db, limit=2))
    await engine.dispose()
    assert left == [3, 1, 0]
    async with running_console(tmp_path, shared, secrets_keys=second) as console:
        await until(lambda: console.state.connections.find("etcd", "n4"))
        for declared in console.state.connections.declared():
            assert declared.record.settings.password.get_secret_value() == CANARY


async def test_a_new_active_key_takes_over_by_a_job(tmp_path: Path) -> None:
    first, second = make_key("first"), make_key("second")
    async with running_console(tmp_path, secrets_keys=first) as console:
        assert (await add(console)).status_code == 201
    async with running_console(tmp_path, secrets_keys=f"{second}\n{first}") as console:

        async def rotated() -> bool:
            async with console.state.db_sessions() as db:
                return not await console.state.secrets.outdated(db)

        await until(rotated)


async def test_without_a_key_ring_on_a_shared_database_secrets_are_refused(
    tmp_path: Path, postgres_url: str
) -> None:
    async with running_console(tmp_path, postgres_url) as console:
        answer = await add(console)
        assert answer.status_code == 503
        assert "CRATON_SECRETS_KEY_FILE" in answer.json()["detail"]
        assert await names(console) == set()
