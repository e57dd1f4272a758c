"""The load generator against a real server: a fleet updates, fails, and counts stay right."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from backend.omaha.background.recount import measure
from backend.omaha.operate.service import open_store
from backend.omaha.simulate.client import ServiceAddress
from backend.omaha.simulate.fleet import Fleet, FleetPlan
from tests.omaha_server import Server
from tests.waiting import until

pytestmark = pytest.mark.timeout(400)


async def test_a_fleet_updates_itself(world, database_url, tmp_path) -> None:
    await world.group()
    server = await Server(database_url, tmp_path).ready()
    store = open_store(database_url)
    await store.start()
    try:
        plan = FleetPlan(ServiceAddress.parse(server.base), 60, speed=3000.0, fail_percent=20)
        lines: list[str] = []
        running = asyncio.create_task(Fleet(plan).run(lines.append))

        async def updated() -> bool:
            count = "SELECT count(*) FROM omaha_instance WHERE release = '4593.2.5'"
            return plan.figures.offers >= 60 and (await store.query(count))[0][0] >= 50

        await until(lambda: bool(lines) and updated(), 180)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    finally:
        server.stop()
    assert set(plan.figures.statuses) == {"200"}
    assert not await measure(store)
    await store.stop()
