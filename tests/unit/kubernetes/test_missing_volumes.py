"""Claims that name a volume which does not exist: Kubernetes says nothing of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.fake import FakeKubernetes, Store, StreamingTransport
from tests.contract.kubernetes.harness import ACCESS, until
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.unit.kubernetes.test_watch_states import SETTINGS
from tests.waiting import until as patiently

CLAIMS = "persistentvolumeclaims"
KEY = "fake/shop/data"


class World:
    def __init__(self) -> None:
        self.store = Store()
        self.console = KubernetesFeatures()
        transport = StreamingTransport(FakeKubernetes(self.store))
        self.connection = KubernetesConnection(SETTINGS, access=ACCESS, transport=transport)

    def claim(self, phase: str = "Pending") -> None:
        meta = {"namespace": "shop", "name": "data"}
        spec = {"volumeName": "gone"}
        self.store.put(CLAIMS, {"metadata": meta, "spec": spec, "status": {"phase": phase}})

    def row(self) -> Any:
        return self.console.rows(CLAIMS).get(KEY)

    async def is_problem(self) -> bool:
        for name in (CLAIMS, "problems"):
            await self.console.source(name).flush()
        return any(row.name == "data" for row in self.console.rows("problems").values())


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    made.claim()
    yield made
    await made.connection.stop()


async def test_a_claim_says_that_its_volume_does_not_exist_until_it_does(world: World) -> None:
    await world.console.connect(world.connection)
    await until(lambda: world.row() is not None and not world.row().healthy)
    assert world.row().reason == "Cannot be bound: it asks for volume gone, which does not exist"
    await patiently(world.is_problem)
    detail = (await world.console.get(f"/clusters/fake/{CLAIMS}/shop/data", "org/main")).json()
    assert detail["summary"] == "Waits for volume gone, which it names"
    (volume,) = [group for group in detail["related"] if group["title"] == "Volume"]
    assert volume["items"][0]["status"] == "Missing"
    world.store.put("persistentvolumes", {"metadata": {"name": "gone"}})
    await until(lambda: world.row().healthy)
    assert world.row().reason == "Waits for volume gone, which it names"
    assert not await world.is_problem()


async def test_where_volumes_may_not_be_seen_nothing_is_said_of_them(world: World) -> None:
    world.store.denied.add("persistentvolumes")
    await world.console.connect(world.connection)
    await until(lambda: world.row() is not None)
    assert not await world.is_problem()
    row = world.row()
    assert (row.healthy, row.reason) == (True, "Waits for volume gone, which it names")
    detail = (await world.console.get(f"/clusters/fake/{CLAIMS}/shop/data", "org/main")).json()
    (volume,) = [group for group in detail["related"] if group["title"] == "Volume"]
    assert volume["items"][0]["status"] is None
