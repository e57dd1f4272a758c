"""A tab without a browser: the real socket of a real console, frames applied strictly."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from jsonschema import Draft202012Validator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.consoleprocess import ConsoleProcess, Person
from tests.stackfixtures import REPOSITORY
from tests.unit.live.browser import Browser, Shown

__all__ = ["LiveSocket", "connected", "open_socket", "socket_url"]

# How soon a busy machine shakes hands or answers a ping is no test's business.
connected = partial(connect, open_timeout=60, ping_interval=None)

_SCHEMA: Path = REPOSITORY / "backend" / "live" / "schema.json"


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(_SCHEMA.read_text()))


def socket_url(console: ConsoleProcess) -> str:
    return console.url.replace("http", "ws", 1) + "/api/v1/live"


class LiveSocket:
    """One open tab; `shown` is what its tables show now."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._heard = asyncio.Event()
        self._browser = Browser()
        self.texts: list[str] = []
        self.closed: int | None = None
        self._reader = asyncio.create_task(self._read())

    def __getitem__(self, name: str) -> Shown:
        return self._browser.shown[name]

    @property
    def frames(self) -> list[dict]:
        return self._browser.frames

    async def _read(self) -> None:
        try:
            async for text in self._connection:
                assert isinstance(text, str)
                self.texts.append(text)
                if self._browser.apply(text)["op"] == "heartbeat":
                    await self._send(op="pong")
                self._heard.set()
        except ConnectionClosed:
            pass
        finally:
            self.closed = self._connection.close_code or 1006
            self._heard.set()

    async def _send(self, **frame: object) -> None:
        await self._connection.send(json.dumps(frame))

    async def send(self, op: str, **members: object) -> None:
        await self._send(op=op, **members)

    async def subscribe(
        self, name: str, collection: str, *, limit: int = 500, **query: object
    ) -> Shown:
        """Subscribe, and give the table when its first answer is there."""
        self._browser.shown.pop(name, None)
        await self._send(
            op="subscribe", id=name, collection=collection, query=query, offset=0, limit=limit
        )
        await self.until(lambda: name in self._browser.shown, what=f"{collection} answered")
        return self[name]

    async def until(
        self, holds: Callable[[], bool], limit: float = 60.0, what: str = "what was awaited"
    ) -> float:
        """Wait until the frames make it so; when it was seen (monotonic seconds)."""
        deadline = time.monotonic() + limit
        while not holds():
            self._heard.clear()
            if self._reader.done():
                self._reader.result()
            left = deadline - time.monotonic()
            assert left > 0, f"not within {limit} s: {what}; last: {self.texts[-1:]}"
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._heard.wait()
        return time.monotonic()

    async def until_closed(self, limit: float = 60.0) -> int:
        await self.until(lambda: self.closed is not None, limit, "the socket is closed")
        assert self.closed is not None
        return self.closed

    def assert_as_described(self) -> None:
        """Every frame so far is one of `backend/live/schema.json`."""
        for frame in self.frames:
            _validator().validate(frame)

    async def close(self) -> None:
        await self._connection.close()
        await self._reader


async def open_socket(
    console: ConsoleProcess, person: Person | None, origin: str | None = None
) -> LiveSocket:
    """Open a tab of this person; `origin` as another site's page would send it."""
    headers = {"Cookie": person.cookie} if person else {}
    connection = await connected(
        socket_url(console),
        origin=origin or console.url,
        additional_headers=headers,
        max_size=None,
    )
    return LiveSocket(connection)
