"""The recorded clients again, byte for byte over HTTP against a running service: every offer is
the recorded one in each element, every other answer the right one."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.omaha.domain.model import Arch
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.store.tables import FloorRecord, PackageFileRecord, PackageRecord
from tests.integration.omaha.test_recorded import FIXTURES, HELD, exchanges
from tests.omaha_server import Server
from tests.omaha_world import FLOOR, NEW, World

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not FIXTURES.exists(), reason="the shared recordings are not here"),
]
OTHERS = (
    "syncer-multi-manifest", "syncer-without-flag", "trailing-slash", "appid-without-braces",
    "appid-upper-case",
)  # fmt: skip


def recorded() -> dict[str, dict[str, Any]]:
    lines = (FIXTURES / "omaha.jsonl").read_text().splitlines()
    return {one["name"]: one for one in map(json.loads, lines)}


async def package(world: World, answer: str, version: str, arch: Arch) -> int:
    """The package that a recorded answer offers, file by file."""
    check = ET.fromstring(answer).find("app/updatecheck")
    assert check is not None
    (manifest,) = [m for m in check.findall("manifest") if m.attrib["version"] == version]
    main, *extras = manifest.findall("packages/package")
    identity = await world.add(
        PackageRecord(
            application_id=world.app_id, release=version, arch=arch,
            url=check.find("urls/url").attrib["codebase"],
            filename=main.attrib["name"], size=int(main.attrib["size"]), sha1=main.attrib["hash"],
            sha256=manifest.find("actions/action").attrib["sha256"], created_at=0, updated_at=0,
        )
    )  # fmt: skip
    for extra in extras:
        await world.add(
            PackageFileRecord(
                package_id=identity, name=extra.attrib["name"], size=int(extra.attrib["size"]),
                sha1=extra.attrib["hash"], sha256=extra.attrib["hash_sha256"],
            )
        )  # fmt: skip
    world.packages[(version, int(arch))] = identity
    return identity


@pytest.fixture
async def running(world: World, database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """A service in its own process, configured as the recorded Nebraska was."""
    told = {name: one["response"]["body"] for name, one in recorded().items()}
    await package(world, told["m02-register-granted"], NEW, Arch.AMD64)
    await package(world, told["m24-arm64-granted"], NEW, Arch.AARCH64)
    floor = await package(world, told["m25-floor-offered-first"], FLOOR, Arch.AMD64)
    for track in ("production", "stable"):
        await world.group(track)
    await world.group("production", release=NEW, arch=Arch.AARCH64)
    stepped = await world.group("stepped")
    reason = "New boot loader layout"
    async with world.engine.connect() as connection:
        query = f"SELECT channel_id FROM omaha_group WHERE id = {stepped}"
        channel = (await connection.exec_driver_sql(query)).scalar_one()
    await world.add(FloorRecord(channel_id=channel, package_id=floor, reason=reason, created_at=0))
    one = RolloutPolicy(enabled=True, safe_mode=False, max_updates_per_period=1)
    await world.group("limited", one)
    await world.group("parallel", one)
    for track in ("frozen", "office", "badinterval"):
        await world.group(track, RolloutPolicy(enabled=False))
    home = tmp_path / "home"
    home.mkdir()
    server = Server(database_url, home)
    try:
        yield await server.ready()
    finally:
        server.stop()


def offer(app: ET.Element) -> tuple[list[str], list[str]]:
    """Where from and what, in every element and attribute."""
    check = app.find("updatecheck")
    if check is None:
        return [], []
    where = [url.attrib["codebase"] for url in check.iter("url")]
    return where, [ET.canonicalize(ET.tostring(m)) for m in check.findall("manifest")]


def compared(name: str, theirs: str, ours: str) -> None:
    mine, other = ET.fromstring(ours.encode()), ET.fromstring(theirs.encode())
    assert mine.attrib["protocol"] == "3.0", name
    apps, recorded_apps = mine.findall("app"), other.findall("app")
    assert [a.attrib["appid"] for a in apps] == [a.attrib["appid"] for a in recorded_apps], name
    for app, their in zip(apps, recorded_apps, strict=True):
        assert offer(app) == offer(their), name
        for kind in ("ping", "event"):
            assert len(app.findall(kind)) == len(their.findall(kind)), (name, kind)
        check = app.find("updatecheck")
        if HELD.search(theirs):
            assert check is not None
            assert (app.attrib["status"], check.attrib["status"]) == ("ok", "noupdate"), name
        else:
            assert app.attrib["status"] == their.attrib["status"], name
            assert (check is None) == (their.find("updatecheck") is None), name


async def test_recorded_clients_over_the_wire(running: Server) -> None:
    seen = 0
    async with httpx2.AsyncClient(base_url=running.base, timeout=60) as http:
        for exchange in exchanges():
            request, name = exchange["request"], exchange["name"]
            answer = await http.post(
                request["path"], content=request["body"].encode(), headers=request["headers"]
            )
            assert answer.status_code == 200, name
            assert answer.headers["content-type"].startswith("text/xml"), name
            if "while-waiting" not in name:
                compared(name, exchange["response"]["body"], answer.text)
                seen += 1
        known = recorded()
        for name in OTHERS:
            request = known[name]["request"]
            answer = await http.post(request["path"], content=request["body"].encode())
            assert answer.status_code == 200, name
            if name == "syncer-multi-manifest":
                floors_and_target(known[name]["response"]["body"], answer.text)
            else:
                compared(name, known[name]["response"]["body"], answer.text)
        # Nebraska answers nonsense with 200 and nothing, which tells nobody anything.
        nothing = known["no-apps"]["request"]["body"].encode()
        cut = known["malformed-xml"]["request"]["body"].encode()[:-9]
        for refused in (nothing, cut):
            assert (await http.post("/v1/update", content=refused)).status_code == 400
        assert (await http.get("/v1/update")).status_code == 405
    assert seen > 40


def floors_and_target(theirs: str, ours: str) -> None:
    """A Nebraska told one code base for files of two: here both lie under one that has them."""
    mine, other = ET.fromstring(ours.encode()), ET.fromstring(theirs.encode())
    manifests, recorded_ones = list(mine.iter("manifest")), list(other.iter("manifest"))
    assert [m.attrib for m in manifests] == [m.attrib for m in recorded_ones]
    (base,) = [url.attrib["codebase"] for url in mine.iter("url")]
    assert base.endswith("/v1/payloads/package/")
    for manifest, their in zip(manifests, recorded_ones, strict=True):
        files, of_theirs = manifest.findall("packages/package"), their.findall("packages/package")
        for file, known in zip(files, of_theirs, strict=True):
            assert file.attrib["name"].endswith(f"-{known.attrib['name']}")
            for attribute in ("size", "hash", "hash_sha256", "required"):
                assert file.get(attribute) == known.get(attribute)
