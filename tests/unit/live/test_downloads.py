"""Downloads: cells no spreadsheet runs, and an end as soon as the caller's rights change."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from backend.http.guard import require_principal
from backend.live import routes
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from backend.live.routes import live_router
from backend.parts import provide
from integrations.inert import inert
from tests.unit.live.sample import ORG, PODS, Sockets, person, pod

FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(A1)", "\tx", "\rx")


class PausedSource(MemorySource):
    """Gives its rows in three pieces, the later ones when the test says so."""

    def __init__(self) -> None:
        super().__init__(PODS)
        self.go_on = asyncio.Event()
        self.begun = False

    async def all_rows(self, query, guard, *, now):
        rows = [row async for piece in super().all_rows(query, guard, now=now) for row in piece]
        self.begun = True
        yield rows[:1]
        await self.go_on.wait()
        yield rows[1:2]
        yield rows[2:]


def application(source: MemorySource, caller: dict) -> FastAPI:
    registry = Registry()
    registry.add(PODS, source)
    app = FastAPI()
    hub = LiveHub(registry, Sockets(caller))
    provide(app, hub)
    app.dependency_overrides[require_principal] = lambda: caller["now"]
    app.include_router(live_router(hub), prefix="/api/v1")
    return app


async def test_no_cell_is_a_formula() -> None:
    source = MemorySource(PODS)
    for number, text in enumerate(FORMULAS):
        labels = {"app": text} if number % 2 else {}
        images = (text, "b")
        row = pod(f"{number}", phase=text, node=text, labels=labels, images=images, cpu=-1.5)
        source.put(row)
    transport = httpx2.ASGITransport(application(source, {"now": person()}))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/api/v1/collections/pods", params={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["Status"] for row in rows] == [f"'{inert(text)}" for text in FORMULAS]
    assert [row["Node"] for row in rows] == [f"'{inert(text)}" for text in FORMULAS]
    assert all(row["Images"].startswith("'") for row in rows)
    # A number stays one: nothing but a number can stand there.
    assert {row["CPU"] for row in rows} == {"-1.5"}
    cells = [cell for row in rows for column, cell in row.items() if column != "CPU"]
    assert not [cell for cell in cells if cell.startswith(tuple(f[0] for f in FORMULAS))]


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@pytest.mark.parametrize(
    "later",
    [None, person(("org", ORG, "cluster", "c1", "ns", "a")), person(("org", "other"))],
    ids=["signed out", "fewer rights", "no rights here"],
)
async def test_a_download_breaks_off_when_rights_change(
    later: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "RECHECK", 0.0)
    source, caller = PausedSource(), {"now": person()}
    for name in ("a", "b", "c"):
        source.put(pod(name, namespace=name))
    async with served(application(source, caller)) as url, httpx2.AsyncClient(timeout=60) as client:
        read = ""
        question = client.stream("GET", f"{url}/api/v1/collections/pods?format=csv")
        broke_off = False
        try:
            async with question as answer:
                assert answer.status_code == 200
                async for text in answer.aiter_text():
                    read += text
                    if "\na," in read:
                        caller["now"] = later
                        source.go_on.set()
        except httpx2.RemoteProtocolError:
            broke_off = True
    assert broke_off, "half a file must not look like a whole one"
    assert "\na," in read
    assert "\nb," not in read, "what was not yet sent stays here"


@pytest.mark.parametrize(
    "later",
    [person(("org", ORG, "cluster", "c1")), person(("org", ORG))],
    ids=["the same", "more"],
)
async def test_a_download_goes_to_its_end_while_rights_stay(
    later: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "RECHECK", 0.0)
    clusters = (("org", ORG, "cluster", "c1"),)
    source, caller = PausedSource(), {"now": person(*clusters)}
    for name in ("a", "b", "c"):
        source.put(pod(name, namespace=name))
    async with served(application(source, caller)) as url, httpx2.AsyncClient(timeout=60) as client:
        question = asyncio.create_task(client.get(f"{url}/api/v1/collections/pods?format=csv"))
        while not source.begun:
            await asyncio.sleep(0.01)
        caller["now"] = later
        source.go_on.set()
        answer = await question
    assert [line.partition(",")[0] for line in answer.text.splitlines()] == ["Name", "a", "b", "c"]
