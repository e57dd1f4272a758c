"""Downloads of lists are in the audit record; looking at a page is not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.principal import Principal
from backend.audit import Exports
from backend.db.audit import AuditEntry
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.live.memory import MemorySource
from backend.parts import provide
from tests.unit.live.sample import ORG, PODS, person, pod
from tests.unit.live.test_downloads import application

URL = "/api/v1/collections/pods"
DbSessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def db_sessions(database_url: str) -> AsyncIterator[DbSessions]:
    engine = create_engine(database_url)
    await upgrade(engine)
    yield create_db_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def client(db_sessions: DbSessions) -> AsyncIterator[httpx2.AsyncClient]:
    source: MemorySource = MemorySource(PODS)
    source.put(pod("a"))
    source.put(pod("b", namespace="shop"))
    caller: dict[str, Principal] = {"now": person(("org", ORG))}
    app = application(source, caller)
    provide(app, Exports(db_sessions))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://console") as found:
        yield found


async def entries(db_sessions: DbSessions) -> list[AuditEntry]:
    async with db_sessions() as db:
        return list((await db.execute(select(AuditEntry).order_by(AuditEntry.key))).scalars())


async def test_a_download_is_recorded_with_what_was_asked_for(
    client: httpx2.AsyncClient, db_sessions: DbSessions
) -> None:
    await client.get(URL)
    assert await entries(db_sessions) == []
    params = {"format": "csv", "filter": 'namespace="shop"', "cols": "name"}
    assert (await client.get(URL, params=params)).text.splitlines() == ["Name", "b"]
    await client.get(URL, headers={"accept": "application/x-ndjson"})
    found = {entry.detail: entry for entry in await entries(db_sessions)}
    assert set(found) == {'As CSV: where namespace="shop"; only name', "As JSONL"}
    for entry in found.values():
        assert (entry.action, entry.target_id, entry.target) == ("pod:export", "pods", "Pods")
        assert (entry.decision, entry.outcome, entry.times) == ("allowed", "success", 1)
        assert entry.binding


async def test_the_same_again_is_only_counted(
    client: httpx2.AsyncClient, db_sessions: DbSessions
) -> None:
    for _ in range(5):
        await client.get(URL, params={"format": "csv"})
    assert [entry.times for entry in await entries(db_sessions)] == [1]


async def test_json_lines_hold_key_and_plain_values(client: httpx2.AsyncClient) -> None:
    answer = await client.get(URL, params={"format": "jsonl", "cols": "cpu,name", "sort": "name"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert 'filename="pods.jsonl"' in answer.headers["content-disposition"]
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [list(row) for row in rows] == [["key", "cpu", "name"]] * 2
    listed = (await client.get(URL, params={"sort": "name"})).json()["rows"]
    assert rows == [{name: row[name] for name in ("key", "cpu", "name")} for row in listed]
