"""The README's integration, added as its own folder, connects to a real server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

import integrations
from integrations import discovery
from tests.console import running_console
from tests.waiting import until

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()


def example() -> str:
    section = README.split("### Add an integration")[1]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example in a folder of its own beside the others; nothing else is touched."""
    place = tmp_path / "more" / "website"
    place.mkdir(parents=True)
    (place / "__init__.py").touch()
    (place / "integration.py").write_text(example())
    monkeypatch.setattr(integrations, "__path__", [*integrations.__path__, str(place.parent)])
    discovery.kinds.cache_clear()
    discovery.load.cache_clear()
    yield
    monkeypatch.undo()
    discovery.kinds.cache_clear()
    discovery.load.cache_clear()


class Site:
    """A small real web server that wants a token."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._server: Any = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.seen.append(head)
        status = "200 OK" if "Bearer right" in head else "401 Unauthorized"
        writer.write(
            f"HTTP/1.1 {status}\r\nServer: tiny\r\nContent-Length: 0\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as running:
        yield running


async def test_its_folder_is_all_it_takes(folder: None, site: Site, tmp_path: Path) -> None:
    allowed = {"connection_networks": ["127.0.0.0/8"], "connection_http_hosts": ["127.0.0.1"]}
    async with running_console(tmp_path, **allowed) as console:
        owner = await console.owner()
        offered = {kind["kind"] for kind in (await owner.get("/connections/kinds")).json()}
        assert {"website", "kubernetes", "etcd", "registry"} <= offered
        draft = {"kind": "website", "name": "ours", "way": "url"}
        wrong = {**draft, "values": {"url": site.url, "token": "wrong"}}
        refused = await owner.post("/connections/test", json=wrong)
        assert refused.json()["errors"][0]["field"] == "token"
        right = {**draft, "values": {"url": site.url, "token": "right"}}
        found = await owner.post("/connections/test", json=right)
        assert found.json()["version"] == "tiny"
        assert (await owner.post("/connections", json=right)).status_code == 201

        async def connected() -> bool:
            rows = (await owner.get("/collections/connections")).json()["rows"]
            return [(row["system"], row["status"]) for row in rows] == [("Website", "Connected")]

        await until(connected)
        diagnostics = await owner.get("/connections/website/ours/diagnostics")
        assert "right" not in diagnostics.text
