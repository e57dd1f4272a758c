"""Importing releases in the background, from a real HTTP server."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any

import pytest

from backend.omaha.api import UpdatesDeps, updates_router
from backend.omaha.catalog import importing as jobs
from backend.omaha.catalog.importing import KIND
from backend.omaha.payloads import mirrors
from tests.integration.omaha.api.conftest import ROOT, Api, Estate
from tests.integration.omaha.api.mirror import Mirror, serving
from tests.roles import OPERATOR, OWNER, VIEWER
from tests.unit.jobs.replicas import Replica
from tests.unit.omaha.payloads.samples import payload, sha256

VERSION, BOARD = "4628.0.0", "amd64-usr"
MAIN_NAME = "flatcar_production_update.gz"
MAIN, OEM = payload(b"m" * (4 << 20)), payload(b"o" * 500)
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
SIGNATURE = b"a detached signature"


def publish(mirror: Mirror, version: str = VERSION, main: bytes = MAIN) -> None:
    folder = f"/{BOARD}/{version}/"
    mirror.files |= {
        folder: f'<a href="{MAIN_NAME}">x</a><a href="oem-qemu.gz">y</a>'.encode(),
        f"{folder}version.txt": f"FLATCAR_VERSION={version}\n".encode(),
        f"{folder}{MAIN_NAME}": main,
        f"{folder}{MAIN_NAME}.sha256": sha256(main).encode(),
        f"{folder}{MAIN_NAME}.sig": SIGNATURE,
        f"{folder}oem-qemu.gz": OEM,
        f"{folder}oem-qemu.gz.sha256": sha256(OEM).encode(),
    }


class Importing:
    """The API with one real mirror, mounted as `prefix`."""

    def __init__(self, api: Api, estate: Estate, mirror: Mirror, prefix: str) -> None:
        self.api, self.estate, self.mirror, self.prefix = api, estate, mirror, prefix

    async def start(self, **body: Any):
        path = f"{self.prefix}/updates/applications/{self.estate.app['id']}/hosted-imports"
        return await self.api.http.post(path, json={"release": VERSION, "board": BOARD, **body})

    async def get(self, key: str) -> dict[str, Any]:
        answer = await self.api.http.get(f"{self.prefix}/updates/hosted-imports/{key}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, key: str, verb: str):
        return await self.api.http.post(f"{self.prefix}/updates/hosted-imports/{key}/{verb}")

    async def until(self, key: str, *states: str, seconds: float = 60.0) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while (found := await self.get(key))["state"] not in states:
            assert time.monotonic() < end, found
            await asyncio.sleep(0.02)
        return found

    async def run(self, **body: Any) -> dict[str, Any]:
        answer = await self.start(**body)
        assert answer.status_code == 202, answer.text
        return await self.until(answer.json()["id"], "done", "failed")


def mount(api: Api, mirror: Mirror, prefix: str, **options: Any) -> None:
    deps = UpdatesDeps("main", api.files, api.replica.jobs, mirrors=(mirror.base,), **options)
    api.replica.jobs.worker.known[KIND] = deps.import_job
    api.app.include_router(updates_router(deps), prefix=prefix)


@pytest.fixture
async def importing(
    api: Api, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Importing]:
    monkeypatch.setattr(jobs, "RETRY_SECONDS", 0.01)
    # The mirror lives in this very process: it stood still for longer once on a busy machine.
    monkeypatch.setattr(mirrors, "DEADLINE", 50.0)
    with serving() as mirror:
        publish(mirror)
        mount(api, mirror, "/real", mirror_networks=LOOPBACK)
        yield Importing(api, estate, mirror, "/real")


async def test_a_release_is_fetched_hosted_and_recorded(importing: Importing) -> None:
    api = importing.api
    releases = json.dumps({VERSION: {"release_notes": "Fixes.", "release_date": "2026-11-01"}})
    answer = await importing.start(releases=releases)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"].endswith(f"/updates/hosted-imports/{answer.json()['id']}")
    done = await importing.until(answer.json()["id"], "done", "failed")
    assert done["reason"] == ""
    assert (done["files_done"], done["files_total"]) == (2, 2)
    assert done["bytes_done"] == done["bytes_total"] == len(MAIN) + len(OEM)
    job = await api.replica.row(done["id"])
    assert job.link == f"/browse/packages?filter=release%3D{VERSION}"
    package = await api.get(f"/packages/{done['package_id']}")
    assert (package["url"], package["filename"]) == ("", f"flatcar-amd64-{VERSION}.gz")
    assert package["release_notes"] == "Fixes."
    assert [e["name"] for e in package["extras"]] == [f"extrafile-amd64-{VERSION}-oem-qemu.gz"]
    served = await api.http.get(f"/v1/payloads/{package['filename']}")
    assert served.content == MAIN
    signature = await api.http.get(f"/v1/payloads/{package['filename']}.sig")
    assert signature.content == SIGNATURE
    actions = [action for action, _, _ in await api.audited() if "import" in action]
    assert actions == ["update-package:import-start", "update-package:import"]
    again = await importing.run()
    assert (again["state"], again["created"]) == ("done", False)
    assert again["package_id"] == done["package_id"]
    listed = await api.http.get(
        f"/real/updates/applications/{importing.estate.app['id']}/hosted-imports"
    )
    assert [item["id"] for item in listed.json()] == [again["id"], done["id"]]


async def test_a_transfer_that_breaks_off_goes_on_where_it_stopped(importing: Importing) -> None:
    importing.mirror.breaks = 3
    done = await importing.run()
    assert done["state"] == "done", done
    assert done["attempts"] == 4
    assert len(importing.mirror.ranged()) == 3
    assert importing.mirror.sent[f"/{BOARD}/{VERSION}/{MAIN_NAME}"] == len(MAIN)


async def test_a_mirror_without_ranges_is_read_again(importing: Importing) -> None:
    importing.mirror.breaks, importing.mirror.ranges = 2, False
    importing.mirror.break_after = 2 << 20
    done = await importing.run()
    assert done["state"] == "done", done


async def test_after_giving_up_it_can_be_resumed(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ATTEMPTS", 1)
    importing.mirror.breaks = 1
    failed = await importing.run()
    assert failed["state"] == "failed"
    assert "did not answer" in failed["reason"]
    assert 0 < failed["bytes_done"] < failed["bytes_total"]
    assert (await importing.post(failed["id"], "cancel")).status_code == 409
    resumed = await importing.post(failed["id"], "resume")
    assert resumed.status_code == 202, resumed.text
    done = await importing.until(failed["id"], "done", "failed")
    assert done["state"] == "done", done
    assert importing.mirror.sent[f"/{BOARD}/{VERSION}/{MAIN_NAME}"] == len(MAIN)
    assert (await importing.post(failed["id"], "resume")).status_code == 409
    actions = [action.partition(":")[2] for action, _, _ in await importing.api.audited()]
    assert [a for a in actions if "import" in a] == [
        "import-start", "import-failed", "import-resume", "import",
    ]  # fmt: skip


async def test_it_is_cancelled_while_it_runs_and_resumed(importing: Importing) -> None:
    importing.mirror.pause = 0.2
    key = (await importing.start()).json()["id"]
    end = time.monotonic() + 120
    while (found := await importing.get(key))["bytes_done"] == 0:
        assert time.monotonic() < end, found
        await asyncio.sleep(0.02)
    assert found["file"] == MAIN_NAME
    second = await importing.start()
    assert second.status_code == 409, "one at a time per package"
    assert second.json()["import_id"] == key
    assert (await importing.post(key, "cancel")).status_code == 202
    stopped = await importing.until(key, "cancelled", "done")
    assert stopped["state"] == "cancelled"
    assert importing.api.files.addresses() == []
    importing.mirror.pause = 0.0
    assert (await importing.post(key, "resume")).status_code == 202
    assert (await importing.until(key, "done", "failed"))["state"] == "done"
    assert "update-package:import-cancel" in [a for a, _, _ in await importing.api.audited()]


async def test_wrong_bytes_fail_and_are_forgotten(importing: Importing) -> None:
    folder = f"/{BOARD}/{VERSION}/"
    importing.mirror.files[f"{folder}{MAIN_NAME}"] = MAIN[:-1] + b"!"
    failed = await importing.run()
    assert failed["state"] == "failed"
    assert "SHA-256" in failed["reason"]
    assert importing.api.files.addresses() == []
    assert list((importing.api.files.root / "imports" / "parts").glob("*")) == []
    importing.mirror.files[f"{folder}{MAIN_NAME}"] = b"<html>maintenance</html>" * 100_000
    importing.mirror.files[f"{folder}{MAIN_NAME}.sha256"] = sha256(
        b"<html>maintenance</html>" * 100_000
    ).encode()
    assert "CrAU" in (await importing.run())["reason"]
    assert (await importing.run(release="1.0.0"))["state"] == "failed"


async def test_only_so_many_at_a_time(importing: Importing) -> None:
    importing.mirror.pause = 0.2
    for version in ("1.0.1", "1.0.2", "1.0.3"):
        publish(importing.mirror, version, payload(version.encode() * (1 << 20)))
    started = [await importing.start(release=v) for v in ("1.0.1", "1.0.2", "1.0.3")]
    assert [answer.status_code for answer in started] == [202, 202, 202]
    keys = [answer.json()["id"] for answer in started]
    end = time.monotonic() + 120
    while sum([(await importing.get(key))["bytes_done"] > 0 for key in keys]) < 2:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    waiting = [key for key in keys if (await importing.get(key))["step"] == ""]
    assert len(waiting) == 1, "the third waits for one of them"
    importing.mirror.pause = 0.0
    for key in keys:
        assert (await importing.until(key, "done", "failed"))["state"] == "done"


async def test_an_import_goes_on_at_another_replica_and_nothing_is_made_twice(
    importing: Importing,
) -> None:
    api = importing.api
    importing.mirror.pause = 0.2
    key = (await importing.start()).json()["id"]
    end = time.monotonic() + 120
    while (found := await importing.get(key))["bytes_done"] == 0:
        assert time.monotonic() < end, found
        await asyncio.sleep(0.02)
    await api.replica.vanish()
    importing.mirror.pause = 0.0
    known = dict(api.replica.jobs.worker.known)
    api.replica = Replica(api.replica.url, *known.values())
    await api.replica.leases_end()
    await api.replica.start(migrate=False)
    done = await importing.until(key, "done", "failed")
    assert done["state"] == "done", done
    main = importing.mirror.sent[f"/{BOARD}/{VERSION}/{MAIN_NAME}"]
    assert len(MAIN) <= main < 2 * len(MAIN)
    assert [p.release for p in await api.rows("packages")].count(VERSION) == 1
    actions = [action for action, _, _ in await api.audited()]
    assert actions.count("update-package:import") == 1


async def test_a_package_that_referred_to_the_mirror_is_hosted_from_then_on(
    importing: Importing,
) -> None:
    path = f"/real/updates/applications/{importing.estate.app['id']}/imports"
    body = {"release": VERSION, "board": BOARD}
    referred = (await importing.api.http.post(path, json=body)).json()["package"]
    assert referred["url"].startswith(importing.mirror.base)
    done = await importing.run()
    assert (done["package_id"], done["created"]) == (referred["id"], False)
    package = await importing.api.get(f"/packages/{referred['id']}")
    assert (package["url"], package["filename"]) == ("", f"flatcar-amd64-{VERSION}.gz")
    assert [e["name"] for e in package["extras"]] == [f"extrafile-amd64-{VERSION}-oem-qemu.gz"]
    assert package["sha1"]


async def test_redirects_and_other_hosts_are_not_followed(importing: Importing) -> None:
    importing.mirror.redirect = "http://169.254.169.254/"
    failed = await importing.run()
    assert failed["state"] == "failed"
    assert "302" in failed["reason"]
    for bad in ("http://169.254.169.254", f"{importing.mirror.base}/x", "file:///etc"):
        assert (await importing.start(mirror=bad)).status_code == 422


async def test_a_private_destination_must_be_listed(api: Api, estate: Estate, importing) -> None:
    mount(api, importing.mirror, "/strict")
    strict = Importing(api, estate, importing.mirror, "/strict")
    failed = await strict.run()
    assert failed["state"] == "failed"
    assert "private" in failed["reason"]
    assert "127.0.0.1" not in failed["reason"]
    assert importing.mirror.asked == []
    path = f"/strict/updates/applications/{estate.app['id']}/imports"
    direct = await api.http.post(path, json={"release": VERSION, "board": BOARD})
    assert direct.status_code == 502
    assert direct.json()["type"].endswith("destination-blocked")


async def test_it_needs_the_right_on_package_and_service(importing: Importing) -> None:
    api, app = importing.api, importing.estate.app["id"]
    done = await importing.run()
    scope = (*ROOT, "updates", str(app))
    for rights, started, seen in (
        (((VIEWER, ROOT),), 403, 200),
        (((OPERATOR, scope),), 404, 200),
        (((OPERATOR, (*ROOT, "updates", "999")),), 404, 404),
        (((OWNER, ROOT),), 202, 200),
    ):
        api.as_(*rights)
        assert (await importing.start()).status_code == started, rights
        got = await api.http.get(f"/real/updates/hosted-imports/{done['id']}")
        assert got.status_code == seen, rights
    assert (await api.http.get(f"/real/updates/hosted-imports/{'0' * 32}")).status_code == 404
