"""The load generator against a real server: a fleet updates, fails, and counts stay right."""

from __future__ import annotations

import pytest

from backend.omaha.background.recount import measure
from backend.omaha.operate.service import open_store
from backend.omaha.simulate.client import ServiceAddress
from backend.omaha.simulate.fleet import Fleet, FleetPlan
from tests.omaha_server import Server

pytestmark = pytest.mark.timeout(400)


async def test_a_fleet_updates_itself(world, database_url, tmp_path) -> None:
    await world.group()
    server = await Server(database_url, tmp_path).ready()
    try:
        plan = FleetPlan(
            ServiceAddress.parse(server.base), 60, speed=3000.0, fail_percent=20, seconds=4.0
        )
        lines: list[str] = []
        figures = await Fleet(plan).run(lines.append)
    finally:
        server.stop()
    assert figures.offers >= 60
    assert set(figures.statuses) == {"200"}
    assert lines
    store = open_store(database_url)
    await store.start()
    rows = dict(await store.query("SELECT release, count(*) FROM omaha_instance GROUP BY release"))
    assert rows["4593.2.5"] >= 50
    assert not await measure(store)
    await store.stop()
