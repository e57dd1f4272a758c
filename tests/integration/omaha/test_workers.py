"""Workers of `craton updates serve` that die are started again."""

from __future__ import annotations

import asyncio
import time

import httpx2
import psutil
import pytest

from tests.omaha_server import Server
from tests.omaha_world import OLD, ORDINARY, body

pytestmark = pytest.mark.timeout(600)


async def answered(server: Server, number: int) -> bool:
    try:
        async with httpx2.AsyncClient(timeout=60) as http:
            answer = await http.post(
                f"{server.base}/v1/update", content=body(number, OLD, ORDINARY)
            )
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200


async def until(condition, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.05)


async def test_a_killed_worker_comes_back_and_the_others_serve(
    world, database_url, tmp_path
) -> None:
    await world.group()
    server = await Server(database_url, tmp_path, workers=2).ready()
    parent = psutil.Process(server.process.pid)
    try:
        await until(lambda: len(parent.children()) == 2)
        first, second = parent.children()
        first.kill()
        await until(lambda: not first.is_running())
        assert [await answered(server, number) for number in range(10)] == [True] * 10
        await until(lambda: len(parent.children()) == 2)
        assert second.pid in {child.pid for child in parent.children()}
        second.kill()
        await until(lambda: not second.is_running() and len(parent.children()) == 2)
        assert not {child.pid for child in parent.children()} & {first.pid, second.pid}
        await server.ready()
        assert await answered(server, 99)
        log = server.log.read_text()
        assert log.count("update_worker_died") == 2
        assert "SIGKILL" in log
    finally:
        server.stop()
    assert not parent.is_running()
    assert server.process.returncode == 0


async def test_sigterm_ends_all(world, database_url, tmp_path) -> None:
    await world.group()
    server = await Server(database_url, tmp_path, workers=3).ready()
    parent = psutil.Process(server.process.pid)
    await until(lambda: len(parent.children()) == 3)
    family = parent.children()
    server.stop()
    assert server.process.returncode == 0
    assert not [child for child in family if child.is_running()]
