"""The update service as live collections, on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.omaha.domain.model import FLATCAR_APPID
from tests.console import BASE_URL, Caller, ConsoleApp, running_console
from tests.integration.omaha.api.conftest import package_body
from tests.omaha_client import Machine, post
from tests.omaha_world import CHECK, PING, body, mirror

OPEN = {"enabled": True, "safe_mode": False, "max_updates_per_period": None}


@pytest.fixture
async def owner(console_on: ConsoleApp) -> Caller:
    return await console_on.owner()


async def make(caller: Caller, path: str, **body: Any) -> dict[str, Any]:
    answer = await caller.post(f"/updates{path}", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def rows(caller: Caller, name: str, **params: Any) -> list[dict[str, Any]]:
    answer = await caller.get(f"/collections/{name}", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


async def catalogue(caller: Caller, name: str = "Flatcar", appid: str = "") -> dict[str, Any]:
    app = await make(caller, "/applications", appid=appid or FLATCAR_APPID, name=name)
    base = f"/applications/{app['id']}"
    package = await make(caller, f"{base}/packages", **package_body("4593.2.5"))
    channel = await make(
        caller, f"{base}/channels", name="stable", arch="amd64", package_id=package["id"]
    )
    group = await make(
        caller, f"{base}/groups", name="Production", track="stable", arch="amd64",
        channel_id=channel["id"], policy=OPEN,
    )  # fmt: skip
    return {"app": app, "package": package, "channel": channel, "group": group}


async def test_what_exists_is_listed_with_its_names(owner: Caller) -> None:
    made = await catalogue(owner)
    (application,) = await rows(owner, "applications")
    assert application["name"] == "Flatcar"
    assert (application["groups"], application["channels"], application["packages"]) == (1, 1, 1)
    (group,) = await rows(owner, "groups")
    assert group["key"] == str(made["group"]["id"])
    assert (group["channel"], group["target"], group["updates"]) == ("stable", "4593.2.5", "on")
    (channel,) = await rows(owner, "channels")
    assert (channel["target"], channel["groups"], channel["arch"]) == ("4593.2.5", 1, "amd64")
    (package,) = await rows(owner, "packages", facet="hosted")
    assert (package["release"], package["hosted"], package["channels"]) == ("4593.2.5", False, 1)
    csv = await owner.get("/collections/packages", params={"format": "csv"})
    assert "4593.2.5" in csv.text


async def test_a_machines_report_shows_in_groups_rollouts_and_activity(
    owner: Caller, console_on: ConsoleApp
) -> None:
    await catalogue(owner)
    machine = Machine(console_on.state.updates, 1)
    await until(owner, "rollouts", bool)
    async with asyncio.timeout(60):
        while await machine.check() is None:  # the service reads the configuration in its turn
            await asyncio.sleep(0.1)
    group = await until(owner, "groups", lambda found: found[0]["in_progress"] == 1)
    assert (group[0]["machines"], group[0]["rollout"]) == (1, "active")
    (rollout,) = await rows(owner, "rollouts", filter="state=active")
    assert (rollout["release"], rollout["current"], rollout["in_progress"]) == ("4593.2.5", True, 1)
    started = await rows(owner, "update-events", filter="kind=rollout_started")
    assert [row["group"] for row in started] == ["Production"]


async def test_rights_reach_as_far_as_their_scope(owner: Caller, console_on: ConsoleApp) -> None:
    one = await catalogue(owner)
    two = await catalogue(owner, "Agent", "{aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee}")
    root = ("org", "main", "updates")
    app = await console_on.member("app", ("viewer", (*root, str(one["app"]["id"]))))
    scope = (*root, str(two["app"]["id"]), "group", str(two["group"]["id"]))
    group = await console_on.member("group", ("viewer", scope))
    everything = await console_on.member("all", ("viewer", root))
    for caller, applications, groups in (
        (app, ["Flatcar"], ["Flatcar"]),
        (group, [], ["Agent"]),
        (everything, ["Agent", "Flatcar"], ["Agent", "Flatcar"]),
    ):
        assert [row["name"] for row in await rows(caller, "applications")] == applications
        assert [row["application"] for row in await rows(caller, "groups")] == groups
        assert [row["application"] for row in await rows(caller, "channels")] == applications


async def test_the_overview_says_what_the_service_does(owner: Caller) -> None:
    assert "no group yet" in (await updates(owner))["sentence"]
    await catalogue(owner)
    async with asyncio.timeout(60):
        while "1 group" not in (said := await updates(owner))["sentence"]:
            await asyncio.sleep(0.2)
    assert said["sentence"] == "0 machines in 1 group"
    assert said["counts"]["groups"] == 1


async def test_the_overview_says_when_the_service_is_off(tmp_path: Path) -> None:
    async with running_console(tmp_path, updates_enabled=False) as console:
        said = await updates(await console.owner())
        assert said["state"] == "absent"
        assert "The update service is off" in said["sentence"]


async def updates(caller: Caller) -> dict[str, Any]:
    answer: httpx2.Response = await caller.get("/overview")
    (found,) = [system for system in answer.json()["systems"] if system["name"] == "updates"]
    system: dict[str, Any] = found
    return system


async def until(caller: Caller, name: str, wanted: Any) -> list[dict[str, Any]]:
    async with asyncio.timeout(60):
        while not wanted(found := await rows(caller, name)):
            await asyncio.sleep(0.1)
    return found


async def test_coreupdates_administration_says_what_to_use(owner: Caller) -> None:
    answer = await owner.get(f"{BASE_URL}/_ah/api/update/v1/apps")
    assert answer.status_code == 410
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/api/v1/updates" in answer.json()["detail"]


async def test_refused_requests_and_mirrors_are_on_the_page(
    console_on: ConsoleApp, owner: Caller
) -> None:
    await catalogue(owner)
    await console_on.state.updates.reload()
    for content in (b"<request", mirror()):
        await post(console_on.state.updates, content)
    (refused,) = await until(owner, "refused-requests", bool)
    assert (refused["begins"], refused["requests"]) == ("<request", 1)
    assert refused["kind"] == "No valid Omaha request"
    assert refused["ip"]
    (mirrored,) = await until(owner, "mirrors", bool)
    assert (mirrored["group"], mirrored["offered"]) == ("Production", "4593.2.5")
    assert mirrored["name"] == mirrored["ip"] != ""


async def test_a_mirror_that_a_person_registers(console_on: ConsoleApp, owner: Caller) -> None:
    """Its requests do not tell what it is; it escapes rate and pause only once it is registered,
    never what was aborted, and is a machine again afterwards."""
    made = await catalogue(owner)
    group, service = made["group"], console_on.state.updates
    off = await owner.patch(
        f"/updates/groups/{group['id']}/policy",
        json={"max_updates_per_period": 0},
        headers={"If-Match": f'"{group["version"]}"'},
    )
    assert off.status_code == 200, off.text
    await service.reload()
    asks = body("{Edge-7}", "4459.2.0", PING, CHECK)
    assert (await post(service, asks)).offered is None
    address = f"/applications/{made['app']['id']}/registered-mirrors"
    await until(owner, "machines", bool)
    known = await make(owner, address, machine_id="{Edge-7}", name="Edge of Oslo")
    await until(owner, "machines", lambda found: not found)
    (row,) = await until(owner, "mirrors", bool)
    assert (row["name"], row["how"], row["seen"]) == ("Edge of Oslo", "registration", None)
    declared = (await owner.get("/collections")).json()
    (label,) = [one["label"] for one in declared["collections"] if one["name"] == "mirrors"]
    assert row[label] == "Edge of Oslo"  # it has no address yet
    again = await owner.post(f"/updates{address}", json={"machine_id": "Edge-7", "name": "x"})
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "machine_id")
    spaced = await owner.post(f"/updates{address}", json={"machine_id": "a b", "name": "x"})
    assert spaced.status_code == 422
    await service.reload()
    assert (await post(service, asks)).offered == "4593.2.5"
    (row,) = await until(owner, "mirrors", lambda found: bool(found and found[0]["seen"]))
    assert (row["name"], row["group"], row["offered"]) == ("Edge of Oslo", "Production", "4593.2.5")
    assert row["registered"] == str(known["id"])
    one = f"/updates/registered-mirrors/{known['id']}"
    renamed = await owner.patch(one, json={"name": "Oslo"}, headers={"If-Match": '"1"'})
    assert (renamed.status_code, renamed.json()["version"]) == (200, 2)
    assert (await owner.delete(one, headers={"If-Match": '"1"'})).status_code == 412
    assert (await owner.delete(one, headers={"If-Match": '"2"'})).status_code == 204
    await service.reload()
    assert (await post(service, asks)).offered is None
    told = (await owner.get("/collections/activity?filter=target_kind=update-mirror")).json()
    assert sorted(entry["action"].split(":")[1] for entry in told["rows"]) == [
        *("create", "delete", "update"),
    ]
