"""kill -9 of the database under load: nothing acknowledged is lost, no limit exceeded."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.omaha.background.recount import measure
from backend.omaha.catalog.files import register
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.operate.service import open_store
from backend.omaha.payloads.files import PayloadFiles, receive
from backend.omaha.payloads.header import Format
from tests.bench.updates_cluster import cluster
from tests.omaha_client import UPDATED
from tests.omaha_server import Server
from tests.omaha_world import OLD, ORDINARY, World, body, event, machine_id

pytestmark = pytest.mark.timeout(400)

LIMIT = 40
ORDER = [1, 8, 2, 7, 6, 5]


@pytest.mark.postgres
async def test_database_killed_under_load(tmp_path) -> None:
    with cluster() as postgres:
        url = postgres.create_database("killed")
        async with World(url) as world:
            policy = RolloutPolicy(enabled=True, safe_mode=False, max_updates_per_period=LIMIT)
            await world.group(policy=policy)
        server = await Server(url, tmp_path).ready()
        done: dict[str, int] = {}
        async with httpx2.AsyncClient(timeout=60) as client:
            tasks = [asyncio.create_task(cycle(client, server, n, done)) for n in range(120)]
            while len(done) < 10:
                await asyncio.sleep(0.02)
            postgres.kill()
            await asyncio.sleep(0.5)
            postgres.start()
            await asyncio.gather(*tasks)
            again = await until_answered(client, server)
        assert again == 200
        server.stop()
        await verify(url, done)


@pytest.mark.postgres
async def test_payloads_while_the_database_is_gone(tmp_path) -> None:
    """What was served goes on from disk, the rest is asked for again later; nothing is a 500."""
    with cluster() as postgres:
        url = postgres.create_database("payloads")
        async with World(url) as world:
            files = PayloadFiles(tmp_path / "payloads", reserve=0)
            for name in ("known.gz", "other.gz"):
                digest = await receive(files, content(name), kind=Format.RAW, size=len(name))
                async with AsyncSession(world.engine) as session, session.begin():
                    await register(session, name, digest)
        server = await Server(url, tmp_path).ready()
        base = f"{server.base}/v1/payloads"
        async with httpx2.AsyncClient(timeout=60) as client:
            assert (await client.get(f"{base}/known.gz")).text == "known.gz"
            postgres.kill()
            assert (await client.get(f"{base}/known.gz")).text == "known.gz"
            part = await client.get(f"{base}/known.gz", headers={"Range": "bytes=2-3"})
            assert (part.status_code, part.text) == (206, "ow")
            refused = await client.get(f"{base}/other.gz")
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
            for nothing in ("known%00.gz", "known.gz/", "known.gz/x", "package/"):
                assert (await client.get(f"{base}/{nothing}")).status_code == 404, nothing
            postgres.start()
            async with asyncio.timeout(60):
                while (await client.get(f"{base}/other.gz")).status_code == 503:
                    await asyncio.sleep(0.2)
            assert (await client.get(f"{base}/other.gz")).text == "other.gz"
        for target in (f"{server.base}/v1/update", f"{base}/known.gz"):
            answer = exchange(server.port, f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 400"), answer
        server.stop()


async def content(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


def exchange(port: int, request: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request.encode())
        return connection.recv(4096)


async def cycle(
    client: httpx2.AsyncClient, server: Server, number: int, done: dict[str, int]
) -> None:
    """A machine that goes on for ever, remembering what was acknowledged."""
    steps = [(2, ORDINARY), (7, event(13, 1)), (6, event(14, 1)), (5, event(3, 1))]
    for status, inner in steps:
        for _ in range(40):
            try:
                answer = await client.post(
                    f"{server.base}/v1/update", content=body(number, OLD, inner)
                )
            except httpx2.TransportError:
                answer = None
            if answer is not None and answer.status_code == 200:
                break
            assert answer is None or answer.status_code == 503
            await asyncio.sleep(0.1)
        else:
            return
        if status == 2 and not UPDATED.search(answer.text):
            return
        done[machine_id(number)] = status
        await asyncio.sleep(0.15)


async def until_answered(client: httpx2.AsyncClient, server: Server) -> int:
    for _ in range(300):
        answer = await client.post(f"{server.base}/v1/update", content=body(999, OLD, ORDINARY))
        if answer.status_code == 200:
            break
        await asyncio.sleep(0.2)
    return answer.status_code


async def verify(url: str, done: dict[str, int]) -> None:
    store = open_store(url)
    await store.start()
    rows = await store.query("SELECT machine_id, status, grant_state FROM omaha_instance")
    stored = {row[0]: row[1] for row in rows}
    assert len(done) >= 10
    for machine, status in done.items():
        assert ORDER.index(stored[machine]) >= ORDER.index(status)
    assert sum(row[2] == 1 for row in rows) <= LIMIT
    assert not await measure(store)
    await store.stop()
