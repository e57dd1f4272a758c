"""An operator and machines at work on the same service: the API, Omaha, and the downloads."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from backend.omaha.background.recount import measure
from backend.omaha.operate.service import UpdateService
from tests.integration.omaha.api.conftest import Api
from tests.integration.omaha.written import settled
from tests.omaha_client import Machine
from tests.omaha_world import OwnService
from tests.unit.omaha.payloads.samples import payload

OLD, NEW = "4459.2.0", "4593.2.5"
OPEN = {"enabled": True, "safe_mode": False, "max_updates_per_period": None}


@pytest.fixture
async def service(api: Api, database_url: str) -> AsyncIterator[UpdateService]:
    service = OwnService(database_url)
    await service.start()
    yield service
    await service.seen.flush()
    drift = await measure(service.store)
    await service.stop()
    assert not drift, "whatever operators did, every counter is right"


async def hosted(api: Api, app: int, release: str) -> dict[str, Any]:
    data = payload(release.encode() * 100)
    made = await api.make("/uploads", name=f"flatcar-amd64-{release}.gz", size=len(data))
    await api.http.patch(
        f"/api/v1/updates/uploads/{made['id']}", content=data, headers={"Upload-Offset": "0"}
    )
    file = await api.finish(f"/uploads/{made['id']}")
    return await api.make(
        f"/applications/{app}/packages", release=release, arch="amd64", file_id=file["id"]
    )


async def until(done: Callable[[], Awaitable[Any]]) -> Any:
    """What `done` gives as soon as it gives anything; other replicas follow within seconds."""
    async with asyncio.timeout(60):
        while not (result := await done()):
            await asyncio.sleep(0.1)
    return result


async def the_machine(api: Api, number: int) -> dict[str, Any]:
    async def found():
        return await api.rows("instances", q=f"{number:08x}")

    return await api.get(f"/instances/{(await until(found))[0].key}")


async def test_a_rollout_from_upload_to_rollback(api: Api, service: UpdateService) -> None:
    app = await api.make(
        "/applications", appid="e96281a6-d1af-4bde-9a0a-97b76e56dc57", name="Flatcar"
    )
    old, new = await hosted(api, app["id"], OLD), await hosted(api, app["id"], NEW)
    channel = await api.make(
        f"/applications/{app['id']}/channels", name="stable", arch="amd64", package_id=new["id"]
    )
    group = await api.make(
        f"/applications/{app['id']}/groups", name="Production", track="stable", arch="amd64",
        channel_id=channel["id"], policy=OPEN,
    )  # fmt: skip
    where = f"/groups/{group['id']}"

    async def opened():
        return (await api.get(where))["rollout"]

    rollout = await until(opened)
    machine = Machine(service, 1)
    await machine.learns(NEW)
    await _downloads(api, machine)
    await machine.install()
    assert (await the_machine(api, 1))["status"] == "installed"
    machine.reboot()
    await machine.check()
    shown = await the_machine(api, 1)
    assert (shown["status"], shown["release"], shown["grant"]) == ("complete", NEW, "succeeded")
    history = await api.get(f"/instances/{shown['id']}/history")
    assert [h["status"] for h in history["items"]] == [
        "complete", "installed", "downloaded", "downloading", "granted",
    ]  # fmt: skip
    assert (await api.get(f"/rollouts/{rollout['id']}"))["succeeded"] == 1

    paused = await api.send(
        "POST", f"/rollouts/{rollout['id']}/pause", {"reason": "look"}, if_match='"1"'
    )
    second = Machine(service, 2)
    assert await second.check() is None, "no grant by older configuration once it has committed"
    assert (await the_machine(api, 2))["reason"] == "paused"
    await api.send("POST", f"/rollouts/{rollout['id']}/resume", if_match=paused.headers["etag"])
    await until(second.check)
    await second.fail(268435500)
    failed = await the_machine(api, 2)
    assert (failed["status"], failed["error"]["name"]) == ("error", "Booted back")
    assert await second.check() is None, "not again by itself"
    retried = await api.send(
        "POST", f"/instances/{failed['id']}/retry", if_match=f'"{failed["version"]}"'
    )
    assert retried.status_code in {200, 412}, retried.text
    if retried.status_code == 412:
        version = retried.json()["current"]["version"]
        await api.send("POST", f"/instances/{failed['id']}/retry", if_match=f'"{version}"')
    await until(second.check)

    back = await api.send(
        "POST", f"{where}/rollback", {"package_id": old["id"]},
        if_match=f'"{(await api.get(where))["version"]}"',
    )  # fmt: skip
    assert back.status_code == 200, back.text

    async def downgraded():
        return await machine.check() == OLD

    await until(downgraded)
    await machine.install()
    machine.reboot()
    await machine.check()
    assert (await the_machine(api, 1))["release"] == OLD
    overview = await api.get(f"{where}/overview")
    assert overview["machines"] == 2
    assert len(await api.rows("rollouts")) == 2


async def _downloads(api: Api, machine: Machine) -> None:
    """Fetch what was offered, interrupted once, and compare with the action's checksum."""
    text = machine.replies[-1].text
    base = re.search(r'codebase="([^"]+)"', text)
    name = re.search(r'<package name="([^"]+)"', text)
    wanted = re.search(r'sha256="([^"]+)"', text)
    assert base
    assert name
    assert wanted
    assert base[1] == "http://updates.example:8080/v1/payloads/"
    path = f"/v1/payloads/{name[1]}"
    first = await api.http.get(path, headers={"Range": "bytes=0-99"})
    rest = await api.http.get(
        path, headers={"Range": "bytes=100-", "If-Range": first.headers["etag"]}
    )
    assert (first.status_code, rest.status_code) == (206, 206)
    digest = hashlib.sha256(first.content + rest.content).digest()
    assert base64.b64encode(digest).decode() == wanted[1]


async def test_machines_are_moved_hidden_and_deleted_while_they_check_in(
    api: Api, service: UpdateService
) -> None:
    app = await api.make(
        "/applications", appid="e96281a6-d1af-4bde-9a0a-97b76e56dc57", name="Flatcar"
    )
    base = f"/applications/{app['id']}"
    first = await api.make(f"{base}/groups", name="A", track="stable", arch="amd64")
    second = await api.make(f"{base}/groups", name="B", track="b", arch="amd64")

    async def known():
        await Machine(service, 1).check()
        return await api.rows("instances", q="00000001")

    await until(known)
    await settled(service)
    shown = await the_machine(api, 1)
    assert shown["group"]["name"] == "A"
    moved = await api.patch(f"/instances/{shown['id']}", shown["version"], group_id=second["id"])
    assert moved.status_code == 200, moved.text
    for _ in range(3):
        await Machine(service, 1).check()
    assert (await the_machine(api, 1))["group"]["name"] == "B", "pinned, whatever its track says"
    await settled(service)
    shown = await the_machine(api, 1)
    assert (await api.delete(f"/instances/{shown['id']}", shown["version"])).status_code == 204
    assert (await api.get(f"/groups/{second['id']}"))["machines"] == 0

    async def back():
        await Machine(service, 1).check()
        return (await api.get(f"/groups/{first['id']}"))["machines"]

    assert await until(back) == 1, "it comes back when it checks in, by its track"
