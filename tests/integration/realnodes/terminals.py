"""A terminal without a browser: the console's socket, its frames, what a page would show."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.consoleprocess import ConsoleProcess, Person
from tests.integration.console.livesocket import connected

__all__ = ["Screen", "opened", "terminal"]


class Screen:
    """What came of a terminal: `told` are the frames, `output` what was shown."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.told: list[dict[str, Any]] = []
        self.output = bytearray()
        self.taking = True
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for message in self.socket:
                if isinstance(message, bytes):
                    self.output += message
                    if self.taking:
                        await self.say("taken", bytes=len(message))
                else:
                    self.told.append(json.loads(message))
                    if self.told[-1]["op"] == "beat":
                        await self.say("here")
                self._news.set()
        self._news.set()

    async def say(self, op: str, **members: Any) -> None:
        await self.socket.send(json.dumps({"op": op, **members}))

    async def type(self, text: str | bytes) -> None:
        await self.socket.send(text.encode() if isinstance(text, str) else text)

    @property
    def text(self) -> str:
        return self.output.decode(errors="replace")

    def of(self, op: str) -> list[dict[str, Any]]:
        return [frame for frame in self.told if frame["op"] == op]

    async def until(self, holds: Callable[[], Any], limit: float = 30.0) -> Any:
        async with asyncio.timeout(limit):
            while not (found := holds()):
                if self._reading.done():
                    raise AssertionError(f"closed before: {self.told[-3:]} {self.text[-500:]}")
                self._news.clear()
                await self._news.wait()
        return found

    async def shows(self, pattern: str, limit: float = 30.0) -> re.Match[str]:
        """The first place where what is shown is like that."""
        found: re.Match[str] = await self.until(lambda: re.search(pattern, self.text), limit)
        return found

    async def ended(self, limit: float = 30.0) -> dict[str, Any]:
        """The last frame, once the socket is closed."""
        async with asyncio.timeout(limit):
            await asyncio.shield(self._reading)
        return self.told[-1] if self.told else {}


@asynccontextmanager
async def terminal(
    console: ConsoleProcess, person: Person, namespace: str, pod: str, **asked: Any
) -> AsyncIterator[Screen]:
    """A page that asks for a terminal; it leaves at the end of the block."""
    url = console.url.replace("http", "ws", 1)
    socket = await connected(
        f"{url}/api/v1/clusters/local/exec/{namespace}/{pod}",
        origin=console.url,
        additional_headers={"Cookie": person.cookie},
        max_size=None,
    )
    screen = Screen(socket)
    try:
        await screen.say("open", **{"columns": 80, "rows": 24, **asked})
        yield screen
    finally:
        await socket.close()
        await screen.ended()


@asynccontextmanager
async def opened(
    console: ConsoleProcess, person: Person, namespace: str, pod: str, **asked: Any
) -> AsyncIterator[Screen]:
    """One that was opened."""
    async with terminal(console, person, namespace, pod, **asked) as screen:
        await screen.until(lambda: screen.of("opened"))
        yield screen
