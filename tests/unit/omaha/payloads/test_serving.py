"""Payloads while the database is away, and names that cannot be."""

from __future__ import annotations

from pathlib import Path

import httpx2
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.routing import Mount

from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.serving import MOUNT, Hosted, payloads_app


async def test_what_was_served_is_served_while_the_database_is_away(tmp_path: Path) -> None:
    files = PayloadFiles(tmp_path, reserve=0)
    sha256 = "ab" * 32
    files.path(sha256).parent.mkdir(parents=True)
    files.path(sha256).write_bytes(b"payload")
    away = False

    async def resolve(name: str) -> Hosted | None:
        if away:
            raise OperationalError("SELECT", {}, ConnectionRefusedError())
        return Hosted(sha256, 7, 1.0) if name == "known.gz" else None

    app = Starlette(routes=[Mount(MOUNT, app=payloads_app(files, resolve))])
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://u/v1/payloads") as http:
        assert (await http.get("/known.gz")).content == b"payload"
        away = True
        assert (await http.get("/known.gz")).content == b"payload"
        other = await http.get("/other.gz")
        assert (other.status_code, other.headers["retry-after"]) == (503, "30")
        assert other.headers["content-type"] == "application/problem+json"
        for name in ("/bad%00name", "/known.gz/", "/"):
            assert (await http.get(name)).status_code == 404, name
