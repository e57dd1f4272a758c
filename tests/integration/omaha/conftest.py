from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from backend.omaha.background.recount import measure
from backend.omaha.operate.service import UpdateService
from tests.omaha_world import OwnService, World


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with World(database_url) as world:
        yield world


class Replicas:
    """Starts update services over one database; at the end all counts must be right."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.running: list[UpdateService] = []

    async def __call__(self, **options) -> UpdateService:
        service = OwnService(self.url, **options)
        await service.start()
        self.running.append(service)
        return service


@pytest.fixture
async def serve(database_url: str, world: World) -> AsyncIterator[Replicas]:
    replicas = Replicas(database_url)
    yield replicas
    for service in replicas.running[1:]:
        await service.stop()
    if replicas.running:
        first = replicas.running[0]
        await first.seen.flush()
        drift = await measure(first.store)
        await first.stop()
        assert not drift
