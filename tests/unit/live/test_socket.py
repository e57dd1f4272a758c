"""Over a real server and real sockets on loopback."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from contextlib import asynccontextmanager

import pytest
import uvicorn
import websockets
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed, InvalidStatus

from backend.live.endpoint import live_endpoint
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from tests.unit.live.browser import Browser
from tests.unit.live.sample import ORG, PODS, Sockets, person, pod


class Place:
    def __init__(self, heartbeat: float = 15.0) -> None:
        self.source = MemorySource(PODS)
        self.registry = Registry()
        self.registry.add(PODS, self.source)
        self.caller: dict = {"now": person()}
        self.hub = LiveHub(self.registry, Sockets(self.caller), heartbeat=heartbeat, recheck=0.1)
        self.port = 0

    @asynccontextmanager
    async def serving(self):
        app = FastAPI()
        app.add_api_websocket_route("/live", live_endpoint(self.hub))
        config = uvicorn.Config(app, port=0, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        async with self.hub.running():
            task = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            self.port = server.servers[0].sockets[0].getsockname()[1]
            yield self
            server.should_exit = True
            await task

    def connect(self, **options):
        url = f"ws://127.0.0.1:{self.port}/live"
        given = {"max_size": None, "compression": None, "open_timeout": 60, "ping_interval": None}
        return websockets.connect(url, **given, **options)


@pytest.fixture
async def place():
    async with Place().serving() as place:
        for i in range(20):
            place.source.put(pod(f"p{i}", "web" if i % 2 else "shop", restarts=i))
        yield place


async def subscribe(live, **members) -> None:
    frame = {"op": "subscribe", "id": "s", "collection": "pods", "limit": 50, **members}
    await live.send(json.dumps(frame))


async def until(live, browser, done) -> None:
    async with asyncio.timeout(60):
        while not done():
            browser.apply(await live.recv())


async def test_a_change_reaches_the_page(place):
    async with place.connect() as live:
        browser = Browser()
        await subscribe(live)
        await until(live, browser, lambda: "s" in browser.shown)
        place.source.put(pod("new"))
        await until(live, browser, lambda: browser.shown["s"].total == 21)
        assert browser.frames[0]["op"] == "hello"
        assert browser.frames[0]["protocol"] == 1


async def test_changed_rights_reshape_the_stream(place):
    async with place.connect() as live:
        browser = Browser()
        await subscribe(live)
        await until(live, browser, lambda: "s" in browser.shown)
        place.caller["now"] = person(("org", ORG, "cluster", "c1", "ns", "web"))
        await until(live, browser, lambda: browser.shown["s"].snapshots == 2)
        assert browser.shown["s"].total == 10


async def closed_with(live) -> int:
    async with asyncio.timeout(60):
        try:
            while True:
                await live.recv()
        except ConnectionClosed:
            return live.close_code


async def test_an_ended_session_closes(place):
    async with place.connect() as live:
        place.caller["now"] = None
        assert await closed_with(live) == 4401
    async with place.connect() as live:
        assert await closed_with(live) == 4401


async def test_a_foreign_origin_is_refused_before_the_handshake(place, monkeypatch):
    async def foreign(_websocket):
        return 4403

    monkeypatch.setattr(place.hub.auth, "authenticate", foreign)
    with pytest.raises(InvalidStatus) as refused:
        await place.connect()
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("frame", [b"\x00", "nonsense"])
async def test_protocol_errors_close(place, frame):
    async with place.connect() as live:
        await live.send(frame)
        assert await closed_with(live) == 4400


async def test_no_pong_closes():
    async with Place(heartbeat=0.2).serving() as place:
        place.hub.patience = 0.6
        async with place.connect() as live:
            assert await closed_with(live) == 4408


async def test_pongs_keep_the_socket_open():
    async with Place(heartbeat=0.2).serving() as place:
        place.hub.patience = 3.0  # a busy machine stands still for a second
        async with place.connect() as live:
            began = time.monotonic()
            while time.monotonic() - began < 1.5 * place.hub.patience:
                while json.loads(await live.recv())["op"] != "heartbeat":
                    pass
                await live.send('{"op":"pong"}')
            assert live.close_code is None


async def test_a_reader_that_stalls_costs_no_queue_and_ends_right(place):
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    narrow.connect(("127.0.0.1", place.port))
    async with place.connect(sock=narrow) as live:
        browser = Browser()
        await subscribe(live, limit=20)
        await until(live, browser, lambda: "s" in browser.shown)
        live.transport.pause_reading()
        for i in range(40):
            for k in range(20):
                space = "web" if k % 2 else "shop"
                place.source.put(pod(f"p{k}", space, restarts=i, node="x" * 20_000 + str(i)))
            await place.source.flush()
            await asyncio.sleep(0)
        (session,) = place.hub._connections
        assert len(session._due) <= 1
        assert not session._control
        live.transport.resume_reading()

        def settled() -> bool:
            return all(row["restarts"] == 39 for row in browser.shown["s"].rows)

        await until(live, browser, settled)
        assert browser.shown["s"].snapshots + browser.shown["s"].deltas < 30


async def test_too_many_sockets_of_one_person(place, monkeypatch):
    monkeypatch.setattr("backend.live.hub.MAX_SOCKETS_EACH", 1)
    async with place.connect() as first:
        await first.recv()
        async with place.connect() as second:
            assert await closed_with(second) == 4429


async def test_closing_frees_the_view(place):
    async with place.connect() as live:
        await subscribe(live)
        await until(live, browser := Browser(), lambda: "s" in browser.shown)
        assert place.source.views == 1
    async with asyncio.timeout(60):
        while place.source.views:
            await asyncio.sleep(0.02)
    assert not place.hub._connections
