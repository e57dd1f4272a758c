"""The server as it is configured for the console, around a small application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send

from backend.http.connections import ConnectionTable
from backend.http.server import listen, server_config
from backend.settings import Settings


class Served:
    """A running server: its port, its table, and the requests its application saw."""

    def __init__(self) -> None:
        self.port = 0
        self.table: ConnectionTable
        self.seen: list[Scope] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.heard = self.said = 0
        self.talking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Echo the path once the whole body is there; `/hold` waits for `hold`."""
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        self.seen.append(scope)
        if scope["type"] == "websocket":
            await self._socket(receive, send)
            return
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            if not message.get("more_body"):
                break
        if scope["path"].endswith("/hold"):
            await self.hold.wait()
        body = scope["path"].encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def _socket(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.hold.wait()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            self.heard += 1
            if message.get("text") == "talk":
                self.talking = asyncio.create_task(self._talk(send))
            if message.get("text", "").startswith("say "):
                much = "the same again, " * int(message["text"].removeprefix("say "))
                await send({"type": "websocket.send", "text": much})

    async def _talk(self, send: Send) -> None:
        """Until the other side is gone, whether it listens or not."""
        with suppress(OSError):
            while True:
                await send({"type": "websocket.send", "text": "on and on, " * 1000})
                self.said += 1
                await asyncio.sleep(0)


@asynccontextmanager
async def served(home: Path, **settings: Any) -> AsyncIterator[Served]:
    """The server on a free loopback port."""
    listener = listen("127.0.0.1", 0, print)
    app = Served()
    config = server_config(app, Settings(home=home, **settings))
    app.table = config.connections
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    app.port = listener.getsockname()[1]
    yield app
    app.hold.set()
    server.should_exit = True
    await task
    listener.close()


async def until(condition: Any, seconds: float = 60.0) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
