"""Limits hold exactly: concurrently, across replicas, across kill -9."""

from __future__ import annotations

import asyncio
import random

import httpx2
import psutil
import pytest
from sqlalchemy import text

from backend.omaha.background.recount import measure
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.operate.service import open_store
from tests.omaha_client import UPDATED, post
from tests.omaha_server import Server
from tests.omaha_world import NEW, OLD, OPEN, ORDINARY, World, body, event, machine_id
from tests.waiting import until

pytestmark = pytest.mark.timeout(400)

TWO = RolloutPolicy(enabled=True, safe_mode=False, max_updates_per_period=2)


async def open_grants(world: World) -> set[str]:
    async with world.engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT machine_id FROM omaha_instance WHERE grant_state = 1")
        )
        return {row[0] for row in rows}


async def no_drift(url: str) -> bool:
    store = open_store(url)
    await store.start()
    drift = await measure(store)
    await store.stop()
    return not drift


async def test_64_concurrent_clients_under_limit_2_get_2(world, serve) -> None:
    await world.group(policy=TWO)
    services = [await serve(), await serve()]
    replies = await asyncio.gather(
        *(post(services[n % 2], body(n, OLD, ORDINARY)) for n in range(64))
    )
    assert all(reply.status == 200 for reply in replies)
    assert sum(reply.offered == NEW for reply in replies) == 2
    assert len(await open_grants(world)) == 2


async def test_one_machine_asking_64_times_holds_one_slot(world, serve) -> None:
    await world.group(policy=TWO)
    services = [await serve(), await serve()]
    replies = await asyncio.gather(
        *(post(services[n % 2], body(7, OLD, ORDINARY)) for n in range(64))
    )
    assert all(reply.offered == NEW for reply in replies)
    assert len(await open_grants(world)) == 1


async def test_pause_is_seen_by_the_next_grant_on_every_replica(world, serve) -> None:
    group = await world.group()
    services = [await serve(), await serve()]
    for start in range(0, 60, 4):
        await world.set_policy(group, RolloutPolicy(enabled=False))
        numbers = range(start, start + 4)
        replies = [await post(services[n % 2], body(n, OLD, ORDINARY)) for n in numbers]
        assert [reply.offered for reply in replies] == [None] * 4
        await world.set_policy(group, OPEN)


async def test_kill_between_grant_and_answer_keeps_the_slot(world, database_url, tmp_path) -> None:
    await world.group(policy=TWO)
    servers = [Server(database_url, tmp_path), Server(database_url, tmp_path)]
    try:
        for server in servers:
            await server.ready()
        offered = await _storm(servers, kill=0)
        granted = await open_grants(world)
        assert len(granted) <= 2
        assert offered <= granted
        async with httpx2.AsyncClient(timeout=60) as client:
            for machine in granted:
                answer = await client.post(
                    f"{servers[1].base}/v1/update", content=body(machine, OLD, ORDINARY)
                )
                assert UPDATED.search(answer.text)
        assert await open_grants(world) == granted
    finally:
        for server in servers:
            server.stop()
    assert await no_drift(database_url)


async def _storm(servers: list[Server], kill: int) -> set[str]:
    """64 machines ask at once; one replica dies in the middle. Who was told of an offer."""
    offered: set[str] = set()

    async def ask(client: httpx2.AsyncClient, number: int) -> None:
        content = body(number, OLD, ORDINARY)
        try:
            answer = await client.post(f"{servers[number % 2].base}/v1/update", content=content)
        except httpx2.TransportError:
            return
        if UPDATED.search(answer.text):
            offered.add(machine_id(number))

    async with httpx2.AsyncClient(timeout=60) as client:
        tasks = [asyncio.create_task(ask(client, n)) for n in range(64)]
        await asyncio.sleep(random.uniform(0.01, 0.12))
        servers[kill].kill()
        await asyncio.gather(*tasks)
    return offered


async def test_kill_under_load_loses_nothing_acknowledged(world, database_url, tmp_path) -> None:
    await world.group()
    server = await Server(database_url, tmp_path).ready()
    done: dict[int, int] = {}

    async def machine(client: httpx2.AsyncClient, number: int) -> None:
        for status, inner in (
            (2, ORDINARY),
            (7, event(13, 1)),
            (6, event(14, 1)),
            (5, event(3, 1)),
        ):
            try:
                answer = await client.post(
                    f"{server.base}/v1/update/", content=body(number, OLD, inner)
                )
            except httpx2.TransportError:
                return
            if answer.status_code == 200:
                done[number] = status

    async with httpx2.AsyncClient(timeout=60) as client:
        tasks = [asyncio.create_task(machine(client, n)) for n in range(150)]
        while len(done) < 15:
            assert not all(task.done() for task in tasks), done
            await asyncio.sleep(0.02)
        server.kill()
        await asyncio.gather(*tasks)
    order = [1, 2, 7, 6, 5]
    async with world.engine.connect() as connection:
        rows = await connection.execute(text("SELECT machine_id, status FROM omaha_instance"))
        stored = {row[0]: row[1] for row in rows}
    assert done
    for number, status in done.items():
        assert order.index(stored[machine_id(number)]) >= order.index(status)
    assert await no_drift(database_url)


async def test_workers_of_one_service_share_port_and_limit(world, database_url, tmp_path) -> None:
    await world.group(policy=TWO)
    server = await Server(database_url, tmp_path, workers=2).ready()
    family = [psutil.Process(server.process.pid)]
    await until(lambda: len(family[0].children()) == 2)
    family += family[0].children()
    try:
        offers = await asyncio.gather(*(alone(server, number) for number in range(40)))
        assert sum(offers) == 2
    finally:
        server.kill()
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, 60)
    assert not alive


async def alone(server: Server, number: int) -> bool:
    """Ask on a connection of its own, so that both workers are asked."""
    async with httpx2.AsyncClient(timeout=60) as client:
        answer = await client.post(f"{server.base}/v1/update", content=body(number, OLD, ORDINARY))
    assert answer.status_code == 200
    return UPDATED.search(answer.text) is not None
