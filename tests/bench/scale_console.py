"""The console under measurement: a process of its own, its memory, its sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil
import websockets

from backend.stack.paths import StackPaths
from tests.consoleprocess import ConsoleProcess

__all__ = ["Memory", "Socket", "open_socket", "percentiles", "start_console"]

MB = 1_000_000
Heard = Callable[[tuple[float, str]], None]


def start_console(home: Path, stack_home: Path) -> ConsoleProcess:
    """A new console with its data in `home`, connected to the stack."""
    (home / "stack").mkdir(parents=True)
    (home / "stack" / "status.json").symlink_to(StackPaths(stack_home).status)
    console = ConsoleProcess(home)
    console.start()
    return console


class Memory:
    """Resident memory and CPU of a process, looked at while something else happens."""

    def __init__(self, pid: int) -> None:
        self.process = psutil.Process(pid)
        self.peak = 0.0
        self._spent, self._at = self.spent, time.monotonic()

    @property
    def now(self) -> float:
        """Resident memory in MB."""
        held = float(self.process.memory_info().rss) / MB
        self.peak = max(self.peak, held)
        return held

    def cpu(self) -> float:
        """Share of one core since the last call."""
        spent, at = self.spent, time.monotonic()
        share = (spent - self._spent) / max(0.001, at - self._at)
        self._spent, self._at = spent, at
        return share

    @property
    def spent(self) -> float:
        """CPU seconds of its life."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    async def sample(self) -> None:
        """Look ten times a second, until cancelled."""
        while True:
            _ = self.now
            await asyncio.sleep(0.1)


class Socket:
    """One tab without a browser. `on_delta` is given when each delta came, and its text."""

    def __init__(self, live: Any, on_delta: Heard | None = None) -> None:
        self._live = live
        self._on_delta = on_delta
        self._snapshots: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.frames = self.characters = 0

    async def ask(self, collection: str, query: dict[str, Any], limit: int = 150) -> dict[str, Any]:
        """Subscribe as a table of the interface does; the snapshot."""
        words = {"op": "subscribe", "id": "s", "collection": collection, "limit": limit}
        await self._live.send(msgspec.json.encode({**words, "query": query}).decode())
        async with asyncio.timeout(60):
            return await self._snapshots.get()

    async def read(self) -> None:
        """Take frames, answering heartbeats, until cancelled."""
        async for text in self._live:
            self.frames += 1
            self.characters += len(text)
            if text.startswith('{"op":"delta"'):
                if self._on_delta:
                    self._on_delta((time.time(), text))
            elif text.startswith('{"op":"heartbeat"'):
                await self._live.send('{"op":"pong"}')
            elif text.startswith(('{"op":"snapshot"', '{"op":"error"')):
                self._snapshots.put_nowait(msgspec.json.decode(text))


@asynccontextmanager
async def open_socket(
    console: ConsoleProcess,
    cookie: str,
    on_delta: Heard | None = None,
) -> AsyncIterator[Socket]:
    """A signed-in socket whose frames are read."""
    url = console.url.replace("http", "ws", 1) + "/api/v1/live"
    headers = {"Cookie": cookie}
    async with websockets.connect(
        url,
        additional_headers=headers,
        origin=console.url,
        max_size=None,
        compression=None,
        open_timeout=60,
    ) as live:
        socket = Socket(live, on_delta)
        reader = asyncio.create_task(socket.read())
        try:
            yield socket
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)


def percentiles(seconds: list[float]) -> dict[str, float]:
    """p50, p95, p99 and the largest, in ms."""
    held = sorted(seconds) or [0.0]
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {
        name: round(held[min(len(held) - 1, int(len(held) * share))] * 1000)
        for name, share in at.items()
    }
