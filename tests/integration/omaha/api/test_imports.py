from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from backend.omaha.api import UpdatesDeps, updates_router
from tests.integration.omaha.api.conftest import Api, Estate
from tests.unit.omaha.payloads.samples import payload, sha256

MIRROR, VERSION = "https://mirror.example", "4628.0.0"
MAIN, OEM = payload(b"m" * 99), payload(b"o")


@pytest.fixture
async def mirrored(api: Api, tmp_path: Path) -> Api:
    """The same API with one mirror, which is a directory."""
    folder = tmp_path / "mirror" / "amd64-usr" / VERSION
    folder.mkdir(parents=True)
    for name, data in (("flatcar_production_update.gz", MAIN), ("oem-qemu.gz", OEM)):
        (folder / name).write_bytes(data)
        (folder / f"{name}.sha256").write_text(sha256(data))
    site = Starlette(routes=[Mount("/", StaticFiles(directory=tmp_path / "mirror"))])
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(site))

    deps = UpdatesDeps("main", api.files, api.replica.jobs, mirrors=(MIRROR,), http=http)
    api.app.include_router(updates_router(deps), prefix="/mirrored")
    yield api
    await http.aclose()


async def ask(api: Api, estate: Estate, **body):
    path = f"/mirrored/updates/applications/{estate.app['id']}/imports"
    body = {"release": VERSION, "board": "amd64-usr", **body}
    return await api.http.post(path, json=body)


async def test_a_release_is_looked_at_then_imported_once(mirrored: Api, estate: Estate) -> None:
    dry = (await ask(mirrored, estate, extras=["oem-qemu.gz"], dry_run=True)).json()
    assert dry["package"] is None
    assert [f["size"] for f in dry["files"]] == [len(MAIN), len(OEM)]
    done = (await ask(mirrored, estate, extras=["oem-qemu.gz"])).json()
    assert done["created"] is True
    assert done["package"]["url"] == f"{MIRROR}/amd64-usr/{VERSION}/"
    assert done["package"]["filename"] == "flatcar_production_update.gz"
    assert done["package"]["extras"][0]["sha256"] == sha256(OEM)
    again = (await ask(mirrored, estate)).json()
    assert (again["created"], again["package"]["id"]) == (False, done["package"]["id"])
    assert mirrored.files.addresses() == []


async def test_problems_are_told_and_nothing_is_made(mirrored: Api, estate: Estate) -> None:
    body = (await ask(mirrored, estate, extras=["oem-azure.gz"])).json()
    assert body["package"] is None
    assert "oem-azure.gz" in body["problems"][0]
    absent = (await ask(mirrored, estate, release="1.0.0")).json()
    assert absent["files"] == []
    assert absent["problems"]


async def test_only_configured_mirrors_are_asked(mirrored: Api, estate: Estate) -> None:
    assert (await mirrored.http.get("/mirrored/updates/mirrors")).json() == [MIRROR]
    for mirror in ("http://169.254.169.254", "https://mirror.example.evil", f"{MIRROR}/x"):
        refused = await ask(mirrored, estate, mirror=mirror)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == "mirror"
    for bad in ({"release": "../../x"}, {"board": "../x"}, {"extras": ["../oem-x.gz"]}):
        assert (await ask(mirrored, estate, **bad)).status_code == 422
