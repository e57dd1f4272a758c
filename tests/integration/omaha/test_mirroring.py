"""A mirror behind us gets every release whole, wherever each lies, and is listed."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.omaha.catalog import files as hosted_files
from backend.omaha.payloads.files import PayloadFiles, receive
from backend.omaha.payloads.header import Format
from backend.omaha.store.tables import FloorRecord, PackageFileRecord, PackageRecord
from tests.integration.omaha.syncing import Syncer
from tests.omaha_server import Server
from tests.omaha_world import NEW, World
from tests.waiting import until

pytestmark = pytest.mark.timeout(600)

FLOORS = tuple(f"4593.1.{number}" for number in range(7))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def mirrors(tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
    """Two file servers over one folder, at different addresses."""
    folder = tmp_path / "files"
    folder.mkdir()
    handler = partial(_Quiet, directory=str(folder))
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, [f"http://127.0.0.1:{server.server_port}/" for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


async def release(world: World, folder: Path, base: str, version: str, *, sha1: bool) -> int:
    """A release that lies at `base`, with one extra file; the package's id."""
    place = folder / version
    place.mkdir()
    main, extra = f"payload {version}".encode(), f"oem {version}".encode()
    (place / "flatcar_production_update.gz").write_bytes(main)
    (place / "oem-qemu.gz").write_bytes(extra)

    def short(content: bytes) -> str:
        return base64.b64encode(hashlib.sha1(content).digest()).decode() if sha1 else ""

    package = await world.add(
        PackageRecord(
            application_id=world.app_id, release=version, arch=1, url=f"{base}{version}/",
            filename="flatcar_production_update.gz", size=len(main), sha1=short(main),
            sha256=base64.b64encode(hashlib.sha256(main).digest()).decode(),
            created_at=0, updated_at=0,
        )
    )  # fmt: skip
    await world.add(
        PackageFileRecord(
            package_id=package, name="oem-qemu.gz", size=len(extra), sha1=short(extra),
            sha256=hashlib.sha256(extra).hexdigest(),
        )
    )  # fmt: skip
    return package


async def host(world: World, files: PayloadFiles, package: int, version: str) -> None:
    """Let the package's bytes be served here, as an import that hosts does."""
    names = {}
    for name, content in (
        ("flatcar_production_update.gz", f"payload {version}".encode()),
        ("oem-qemu.gz", f"oem {version}".encode()),
    ):

        async def chunks(content: bytes = content):
            yield content

        digest = await receive(files, chunks(), kind=Format.RAW, size=len(content))
        names[name] = f"{version}-{name}"
        async with AsyncSession(world.engine) as session, session.begin():
            await hosted_files.register(session, names[name], digest, package_id=package)
    async with AsyncSession(world.engine) as session, session.begin():
        await session.execute(
            text("UPDATE omaha_package SET url = '', filename = :name WHERE id = :id"),
            {"name": names["flatcar_production_update.gz"], "id": package},
        )
        await session.execute(
            text("UPDATE omaha_package_file SET name = :name WHERE package_id = :id"),
            {"name": names["oem-qemu.gz"], "id": package},
        )


async def nothing_but_what_is_on_offer(
    world: World, http: httpx2.AsyncClient, group: int, secret: int
) -> None:
    """Anybody may count the numbers up: only what a mirror can be told of now leads on."""

    async def answers(package: int) -> int:
        name = f"/v1/payloads/package/{package}-flatcar_production_update.gz"
        return (await http.get(name)).status_code

    for packages in range(secret - 1, secret + 1):
        assert await answers(packages) == 404
    target, floor = world.packages[(NEW, 1)], world.packages[(FLOORS[0], 1)]
    assert (await answers(target), await answers(floor)) == (302, 302)
    world.packages[("9999.0.1", 1)] = secret
    await world.point(group, "9999.0.1")

    async def led_on() -> bool:
        return (await answers(secret), await answers(target)) == (302, 404)

    await until(led_on)


async def test_more_than_five_floors_at_different_places_arrive_whole(
    world: World, database_url: str, mirrors: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, bases = mirrors
    group = await world.group(release=None)
    for number, version in enumerate((*FLOORS, NEW)):
        package = await release(world, folder, bases[number % 2], version, sha1=number % 3 > 0)
        world.packages[(version, 1)] = package
        if version in FLOORS:
            await world.add(
                FloorRecord(channel_id=1, package_id=package, reason="because", created_at=0)
            )
    home = tmp_path / "home"
    home.mkdir()
    await host(world, PayloadFiles(home / "payloads"), world.packages[(FLOORS[2], 1)], FLOORS[2])
    await world.point(group, NEW)
    await release(world, folder, bases[0], "9999.0.0", sha1=True)
    secret = await release(world, folder, bases[0], "9999.0.1", sha1=True)
    server = Server(database_url, home)
    try:
        await server.ready()
        kept = tmp_path / "kept"
        kept.mkdir()
        nebraska = Syncer(server.base, kept)
        await nebraska.sync()
        assert (nebraska.floors, nebraska.target) == (list(FLOORS), NEW)
        for version in (*FLOORS, NEW):
            assert (kept / f"flatcar-amd64-{version}.gz").read_text() == f"payload {version}"
            (extra,) = kept.glob(f"extrafile-amd64-{version}-*oem-qemu.gz")
            assert extra.read_text() == f"oem {version}"
        async with httpx2.AsyncClient(base_url=server.base, timeout=60) as http:
            for nothing in ("package/", "package/1", "package/1-other.gz", "package/999-x", "-x/"):
                answer = await http.get(f"/v1/payloads/{nothing}")
                assert answer.status_code == 404, nothing
            await nothing_but_what_is_on_offer(world, http, group, secret)
    finally:
        server.stop()
    async with world.engine.connect() as connection:
        (row,) = await connection.execute(text("SELECT * FROM omaha_mirror"))
    assert (row.offered, row.manifests, row.requests, row.ip) == (NEW, 8, 1, "127.0.0.1")
