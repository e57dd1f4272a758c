"""Many machines moved at once, and groups deleted with their machines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.omaha.background.recount import measure
from backend.omaha.domain.model import UpdateStatus
from backend.omaha.lists import machine_choice, machine_plan
from backend.omaha.operate.service import UpdateService
from tests.integration.omaha.api.conftest import ROOT, Api, Estate
from tests.integration.omaha.api.enrolment import enrol
from tests.omaha_client import Machine
from tests.omaha_world import OwnService
from tests.roles import OPERATOR, VIEWER

OPEN = {"enabled": True, "safe_mode": False, "max_updates_per_period": None}


@pytest.fixture
async def service(api: Api, database_url: str) -> AsyncIterator[UpdateService]:
    """Machines can check in; at the end every counter must equal a recount."""
    service = OwnService(database_url)
    await service.start()
    yield service
    await service.seen.flush()
    drift = await measure(service.store)
    await service.stop()
    assert not drift


async def other_group(api: Api, estate: Estate, name: str = "Other", **more: Any) -> dict[str, Any]:
    body = {"name": name, "track": name, "arch": "amd64", "policy": OPEN} | more
    return await api.make(f"/applications/{estate.app['id']}/groups", **body)


async def move(api: Api, estate: Estate, to: dict[str, Any], narrowed: Any = None, **more: Any):
    body = {"filter": narrowed or [], "to_group_id": to["id"], **more}
    return await api.send("POST", f"/applications/{estate.app['id']}/instances/move", body)


async def machines(api: Api, group: dict[str, Any]) -> int:
    return (await api.get(f"/groups/{group['id']}"))["machines"]


async def test_a_filter_is_tried_then_moved_with_the_number_shown(api: Api, estate: Estate) -> None:
    other = await other_group(api, estate)
    ids = await enrol(
        api, estate,
        *({"machine_id": f"a{n}", "status": UpdateStatus.ERROR, "oem": "azure"} for n in range(3)),
        *({"machine_id": f"b{n}", "status": UpdateStatus.ERROR} for n in range(2)),
        *({"machine_id": f"c{n}"} for n in range(2)),
        {"machine_id": "h", "status": UpdateStatus.ERROR, "hidden": True},
    )  # fmt: skip
    wanted = ["status=error", "oem=azure"]
    tried = await move(api, estate, other, wanted, dry_run=True)
    assert tried.json() == {
        "machines": 3, "updating": 0, "more": False, "moved": False,
        "groups": [{"id": estate.group["id"], "name": "Production", "machines": 3}],
    }  # fmt: skip
    assert await machines(api, other) == 0
    assert (await move(api, estate, other, wanted)).status_code == 428
    stale = await move(api, estate, other, wanted, machines=2)
    assert stale.status_code == 412
    assert stale.json()["current"] == {"machines": 3}
    assert await machines(api, other) == 0
    done = (await move(api, estate, other, wanted, machines=3)).json()
    assert (done["moved"], done["machines"]) == (True, 3)
    assert (await machines(api, other), await machines(api, estate.group)) == (3, 4)
    there = await api.rows("instances", f"group_id={other['id']}")
    assert [item.key for item in there] == [str(key) for key in ids[:3]]
    assert all(item.pinned for item in there)
    action, target, detail = (await api.audited())[-1]
    assert (action, target) == ("update-instance:move", "Other")
    assert detail == {"filter": wanted, "machines": 3, "from": {"Production": 3}}
    nothing = await move(api, estate, other, wanted, machines=0)
    assert nothing.json()["machines"] == 0
    assert await api.rows("update-events") == [], "what people do is in the audit record alone"


async def test_a_wrong_filter_is_refused_as_in_the_list(api: Api, estate: Estate) -> None:
    other = await other_group(api, estate)
    for wrong, field in ((["colour=red"], "colour"), (["status"], "filter"), (["seen~x"], "seen")):
        refused = await move(api, estate, other, wrong, dry_run=True)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_a_rare_filter_goes_on_window_by_window(
    api: Api, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_plan, "FEW", 0)
    for module in (machine_plan, machine_choice):
        monkeypatch.setattr(module, "SCAN", 5)
    other = await other_group(api, estate)
    ids = await enrol(api, estate, *({"oem": "rare" if n in {3, 17} else ""} for n in range(20)))
    tried = await move(api, estate, other, ["oem=rare"], dry_run=True)
    assert (tried.json()["machines"], tried.json()["more"]) == (2, False)
    assert (await move(api, estate, other, ["oem=rare"], machines=2)).status_code == 200
    there = await api.rows("instances", f"group_id={other['id']}")
    assert [item.key for item in there] == [str(ids[3]), str(ids[17])]
    monkeypatch.setattr(machine_choice, "_MAX_SCANS", 2)
    given_up = await move(api, estate, other, ["oem=nothing"], dry_run=True)
    assert (given_up.json()["machines"], given_up.json()["more"]) == (0, True)


async def test_it_is_bounded_and_goes_on(
    api: Api, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("catalog.moving", "fleet.moves"):
        monkeypatch.setattr(f"backend.omaha.{module}.MAX_MOVED", 4)
    other = await other_group(api, estate)
    await enrol(api, estate, *({} for _ in range(10)))
    seen = []
    for _ in range(4):
        tried = (await move(api, estate, other, dry_run=True)).json()
        done = (await move(api, estate, other, machines=tried["machines"])).json()
        seen.append((done["machines"], done["more"]))
    assert seen == [(4, True), (4, True), (2, False), (0, False)]
    assert await machines(api, other) == 10
    refused = await api.send(
        "DELETE", f"/groups/{other['id']}?move_to={estate.group['id']}&machines=4", if_match='"1"'
    )
    assert refused.status_code == 409
    assert "in steps" in refused.json()["detail"]


async def test_open_grants_are_given_up_and_counts_stay_right(
    api: Api, estate: Estate, service: UpdateService
) -> None:
    limited = {**OPEN, "max_updates_per_period": 3}
    body = {"policy": limited}
    put = await api.send("PUT", f"/groups/{estate.group['id']}/policy", limited, if_match='"1"')
    assert put.status_code == 200, body
    other = await other_group(api, estate)
    await service.reload()
    fleet = [Machine(service, number) for number in range(8)]
    offered = [await machine.check() for machine in fleet]
    assert sum(offer is not None for offer in offered) == 3
    await fleet[offered.index("4593.2.5")].fail()
    tried = (await move(api, estate, other, dry_run=True)).json()
    assert (tried["machines"], tried["updating"]) == (8, 2)
    assert (await move(api, estate, other, machines=8)).status_code == 200
    assert not await measure(service.store)
    assert (await api.get(f"/groups/{estate.group['id']}/overview"))["in_progress"] == 0
    # Other follows no channel: nothing is offered by what the service knew before it heard.
    assert [await machine.check() for machine in fleet] == [None] * 8
    assert await machines(api, other) == 8


async def test_moves_while_machines_check_in(
    api: Api, estate: Estate, service: UpdateService
) -> None:
    put = await api.send("PUT", f"/groups/{estate.group['id']}/policy", OPEN, if_match='"1"')
    assert put.status_code == 200
    other = await other_group(api, estate, channel_id=estate.channel["id"])
    await service.reload()
    fleet = [Machine(service, number) for number in range(8)]
    ends = asyncio.Event()
    statuses: list[int] = []

    async def live(machine: Machine) -> None:
        while not ends.is_set():
            if await machine.check() is not None:
                await machine.install()
                machine.reboot()
            elif machine.number % 3 == 0:
                machine.release = "4459.2.0"
            await asyncio.sleep(0.01)

    async def back_and_forth() -> None:
        for turn in range(6):
            target = (other, estate.group)[turn % 2]
            tried = await move(api, estate, target, dry_run=True)
            if tried.status_code == 200:
                done = await move(api, estate, target, machines=tried.json()["machines"])
                statuses.append(done.status_code)
        ends.set()

    async with asyncio.timeout(240):
        await asyncio.gather(back_and_forth(), *(live(machine) for machine in fleet))
    assert set(statuses) <= {200, 412}
    assert 200 in statuses
    assert all(reply.status == 200 for machine in fleet for reply in machine.replies)


async def test_a_group_is_deleted_with_its_machines_handed_over(
    api: Api, estate: Estate, service: UpdateService
) -> None:
    other = await other_group(api, estate, channel_id=estate.channel["id"])
    put = await api.send("PUT", f"/groups/{estate.group['id']}/policy", OPEN, if_match='"1"')
    version = put.json()["version"]
    await service.reload()
    fleet = [Machine(service, number) for number in range(5)]
    for machine in fleet:
        assert await machine.check() == "4593.2.5"
    where, to = f"/groups/{estate.group['id']}", other["id"]
    shown = await api.get(f"{where}/deletion", move_to=to)
    assert shown == {"machines": 5, "updating": 5, "more": False, "rollouts": 1}
    assert (await api.get(f"{where}/deletion"))["machines"] == 5
    assert (await api.delete(where, version)).status_code == 409
    for query, status in (
        (f"?move_to={to}", 428), (f"?move_to={to}&machines=4", 412),
        (f"?move_to={estate.group['id']}&machines=5", 422), ("?move_to=9999&machines=5", 404),
    ):  # fmt: skip
        assert (await api.delete(where + query, version)).status_code == status, query
    assert await machines(api, other) == 0
    gone = await api.delete(f"{where}?move_to={to}&machines=5", version)
    assert gone.status_code == 204, gone.text
    assert (await api.send("GET", where)).status_code == 404
    assert await machines(api, other) == 5
    assert (await api.audited())[-1] == (
        "update-group:delete", "Production", {"moved_to": "Other", "machines": 5},
    )  # fmt: skip
    await service.reload()
    assert [await machine.check() for machine in fleet] == ["4593.2.5"] * 5
    counts = await api.get(f"/groups/{other['id']}/overview")
    assert counts["in_progress"] == 5


async def test_moving_needs_the_right_on_every_side(api: Api, estate: Estate) -> None:
    other = await other_group(api, estate)
    third = await other_group(api, estate, "Third")
    await enrol(api, estate, {}, {"group_id": third["id"], "machine_id": "t"})
    app = (*ROOT, "updates", str(estate.app["id"]))
    scopes = {g["name"]: (*app, "group", str(g["id"])) for g in (estate.group, other, third)}
    api.as_((VIEWER, app), (OPERATOR, scopes["Production"]))
    assert (await move(api, estate, other, machines=2)).status_code == 403
    api.as_((VIEWER, app), (OPERATOR, scopes["Production"]), (OPERATOR, scopes["Other"]))
    assert (await move(api, estate, other, machines=2)).status_code == 403, "Third is not theirs"
    api.as_((OPERATOR, scopes["Production"]), (OPERATOR, scopes["Other"]))
    done = await move(api, estate, other, machines=1)
    assert (done.status_code, done.json()["machines"]) == (200, 1), "only what they see"
    api.as_((OPERATOR, scopes["Other"]))
    refused = await api.delete(f"/groups/{other['id']}?move_to={third['id']}&machines=1", 1)
    assert refused.status_code in {403, 404}


async def test_machines_go_to_no_group_of_another_architecture(api: Api, estate: Estate) -> None:
    arm = await other_group(api, estate, "Arm", arch="aarch64")
    every = await other_group(api, estate, "Every", arch="all")
    (key,) = await enrol(api, estate, {})
    assert (await move(api, estate, arm, machines=1)).status_code == 409
    single = await api.patch(f"/instances/{key}", 1, group_id=arm["id"])
    assert single.status_code == 409
    assert (await move(api, estate, every, machines=1)).status_code == 200
