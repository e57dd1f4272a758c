"""Machines joined with what the update service knows of them, on both databases."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.connections.feeds import join
from backend.features.machines import updates
from integrations.kubernetes.settings import ConnectionSettings
from tests.console import Caller, ConsoleApp
from tests.integration.updates.test_collections import catalogue, rows
from tests.omaha_client import Machine
from tests.omaha_world import machine_id
from tests.unit.kubernetes.test_rows import Cluster, node

UUID = "00000003-0000-0003-0000-000300000003"


@pytest.fixture
async def owner(console_on: ConsoleApp) -> Caller:
    return await console_on.owner()


@pytest.fixture
def cluster(console_on: ConsoleApp) -> Cluster:
    """A cluster the console watches, whose nodes the test says."""
    settings = ConnectionSettings(name="c1", in_cluster=True)
    factories = console_on.state.connections._factories["kubernetes"]
    return Cluster(join(make(settings) for make in factories))


def machine_node(name: str, number: int, **info: str) -> dict[str, Any]:
    known = {"osImage": "Flatcar 4459.2.0", "machineID": machine_id(number), **info}
    return node(name, nodeInfo=known)


async def until(caller: Caller, wanted: Any) -> dict[str, dict[str, Any]]:
    async with asyncio.timeout(60):
        while True:
            found = {row["name"]: row for row in await rows(caller, "machines")}
            if wanted(found):
                return found
            await asyncio.sleep(0.2)


async def group_is_known(console: ConsoleApp, machine: Machine) -> None:
    """The service has read the catalogue: it knows the machine's track."""
    async with asyncio.timeout(60):
        await machine.check()
        while machine.replies[-1].app_status != "ok":
            await asyncio.sleep(0.2)
            await machine.check()


async def test_a_machine_tells_how_it_is_updated(
    owner: Caller, console_on: ConsoleApp, cluster: Cluster
) -> None:
    made = await catalogue(owner)
    cluster.put("nodes", machine_node("one", 1))
    cluster.put("nodes", machine_node("by-uuid", 77, systemUUID=UUID.upper()))
    cluster.put("nodes", machine_node("unknown", 9))
    fleet = {number: Machine(console_on.state.updates, number) for number in (1, 2, 3)}
    for machine in fleet.values():
        await group_is_known(console_on, machine)
    alone = machine_id(2)
    found = await until(
        owner,
        lambda seen: alone in seen and seen["one"]["target"] and seen["by-uuid"]["target"],
    )
    assert set(found) == {"one", "by-uuid", "unknown", alone}
    one = found["one"]
    assert (one["channel"], one["update_group"], one["target"]) == (
        "stable", "Production", "4593.2.5",
    )  # fmt: skip
    assert (one["behind"], one["reboot_pending"]) == (True, False)
    assert found["unknown"]["update_group"] is None, "a node without an instance is shown as well"
    assert (found[alone]["cluster"], found[alone]["update_group"]) == ("", "Production")
    shown = await rows(owner, "machines", filter="behind=true")
    assert {row["name"] for row in shown} == {"one", "by-uuid", alone}

    offered = fleet[1]
    async with asyncio.timeout(60):
        while offered.target is None:
            await asyncio.sleep(0.2)
            await offered.check()
    await offered.install()
    found = await until(owner, lambda seen: seen["one"]["reboot_pending"])
    assert found["one"]["update_status"] == "installed"

    cluster.put("nodes", machine_node("two", 2))
    found = await until(owner, lambda seen: alone not in seen and seen["two"]["target"])
    cluster.delete("nodes", "one")
    found = await until(owner, lambda seen: machine_id(1) in seen)
    assert "one" not in found
    assert found[machine_id(1)]["reboot_pending"] is True

    group = ("org", "main", "updates", str(made["app"]["id"]), "group", str(made["group"]["id"]))
    node_only = await console_on.member("nodes", ("viewer", ("org", "main", "cluster", "c1")))
    seen = {row["name"]: row for row in await rows(node_only, "machines")}
    assert set(seen) == {"two", "by-uuid", "unknown"}
    assert all(row["target"] is None and row["update_group"] is None for row in seen.values())
    assert (await node_only.get("/collections/machines?filter=behind=true")).json()["total"] == 0
    updates_only = await console_on.member("updates", ("viewer", group))
    assert [row["name"] for row in await rows(updates_only, "machines")] == [machine_id(1)]


async def test_of_a_large_fleet_only_nodes_are_joined(
    owner: Caller, console_on: ConsoleApp, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    await catalogue(owner)
    first = Machine(console_on.state.updates, 1)
    await group_is_known(console_on, first)
    await until(owner, lambda seen: machine_id(1) in seen)
    monkeypatch.setattr(updates, "ALONE", 1)
    await group_is_known(console_on, Machine(console_on.state.updates, 2))
    await until(owner, lambda seen: not seen)
    cluster.put("nodes", machine_node("two", 2))
    found = await until(owner, lambda seen: "two" in seen and seen["two"]["target"])
    assert set(found) == {"two"}
