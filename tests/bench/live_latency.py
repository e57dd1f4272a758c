"""Change-to-frame latency over real sockets: the console in one process, browsers in this."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import socket
import time

import msgspec
import psutil
import uvicorn
import websockets
from fastapi import FastAPI

from auth.principal import Principal
from backend.http.guard import require_principal
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from backend.live.routes import live_router
from backend.parts import provide
from tests.bench.live_rows import BENCH_PODS, changed, make_pods, questions
from tests.people import holding, principal
from tests.roles import VIEWER

__all__ = ["measure_latency"]

ROWS = 50_000
DISTINCT = 20


class _Everybody:
    def __init__(self) -> None:
        policy = holding((VIEWER, ("org", "main")))
        self._principals = [principal(policy, who=f"u{i}", session=f"s{i}") for i in range(500)]
        self._next = 0

    async def authenticate(self, _websocket) -> Principal:
        self._next += 1
        return self._principals[self._next % 500]

    async def current(self, principal: Principal) -> Principal:
        return principal

    def touch(self, principal: Principal) -> None:
        """Nobody idles out of a benchmark."""


def _serve(port: int, per_second: int) -> None:
    registry = Registry()
    source = MemorySource(BENCH_PODS)
    registry.add(BENCH_PODS, source)
    rows = make_pods(ROWS)
    for row in rows:
        source.put(row)
    auth = _Everybody()
    app = FastAPI()
    hub = LiveHub(registry, auth)
    provide(app, hub)
    app.dependency_overrides[require_principal] = lambda: auth._principals[0]
    app.include_router(live_router(hub), prefix="/api/v1")

    async def churn() -> None:
        chance = random.Random(7)
        due = time.monotonic()
        while True:
            index = chance.randrange(2000) if chance.random() < 0.5 else chance.randrange(ROWS)
            # `memory` carries the moment of the change, for the browsers to measure.
            row = changed(rows[index], chance)
            rows[index] = msgspec.structs.replace(row, memory=time.time())
            source.put(rows[index])
            due += 1 / per_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def run() -> None:
        config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")
        task = asyncio.create_task(churn())
        await uvicorn.Server(config).serve()
        task.cancel()

    asyncio.run(run())


class _Browser:
    """One tab; `since` is None until the measured time begins."""

    since: float | None = None

    def __init__(self, words: dict) -> None:
        self.words = words
        self.frames = self.characters = 0
        self.delays: list[float] = []
        self.ready = asyncio.Event()

    async def browse(self, url: str) -> None:
        async with websockets.connect(
            url, max_size=None, compression=None, open_timeout=60
        ) as live:
            frame = {"op": "subscribe", "id": "s", "collection": "pods", "limit": 100}
            await live.send(msgspec.json.encode({**frame, "query": self.words}).decode())
            async for text in live:
                self._read(text, time.time())

    def _read(self, text: str, now: float) -> None:
        if text.startswith('{"op":"snapshot"'):
            self.ready.set()
        since = _Browser.since
        if since is None:
            return
        self.frames += 1
        self.characters += len(text)
        if text.startswith('{"op":"delta"'):
            moments = [row["memory"] for row in msgspec.json.decode(text)["upsert"]]
            self.delays += [now - moment for moment in moments if moment >= since]


async def measure_latency(sockets: int, per_second: int, seconds: float) -> dict:
    """p50, p99 and worst delay in ms from a change to the browser having its frame."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(port, per_second))
    server.start()
    try:
        await _reachable(port)
        asked = [{"sort": ["-memory"]}, *questions(DISTINCT)]
        browsers = [_Browser(asked[i % len(asked)]) for i in range(sockets)]
        url = f"ws://127.0.0.1:{port}/api/v1/live"
        tabs = [asyncio.create_task(browser.browse(url)) for browser in browsers]
        await asyncio.gather(*(browser.ready.wait() for browser in browsers))
        before = psutil.Process(server.pid).cpu_times()
        _Browser.since = time.time()
        await asyncio.sleep(seconds)
        after = psutil.Process(server.pid).cpu_times()
        for tab in tabs:
            tab.cancel()
        await asyncio.gather(*tabs, return_exceptions=True)
    finally:
        server.terminate()
        server.join(10)
    delays = sorted(delay for browser in browsers for delay in browser.delays)
    spent = after.user + after.system - before.user - before.system
    return {
        "p50 ms": round(delays[len(delays) // 2] * 1000),
        "p99 ms": round(delays[len(delays) * 99 // 100] * 1000),
        "max ms": round(delays[-1] * 1000),
        "aim p99": 250,
        "rows received": len(delays),
        "frames/s": round(sum(browser.frames for browser in browsers) / seconds),
        "MB/s": round(sum(browser.characters for browser in browsers) / 1e6 / seconds, 1),
        "server cpu": f"{spent / seconds:.0%}",
    }


async def _reachable(port: int) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        await writer.wait_closed()
        return
    raise TimeoutError("the console did not start")
