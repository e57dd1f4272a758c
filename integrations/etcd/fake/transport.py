"""An `httpx2` transport into ASGI applications that streams.

The library's own ASGI transport answers only when the application has finished, which a
watch never does. A connection can be refused or broken off, as a dying server would.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import httpx2

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


class AppTransport(httpx2.AsyncBaseTransport):
    """Routes by ``host:port`` to applications; hosts in `down` refuse and lose streams."""

    def __init__(self, apps: Mapping[str, Application]) -> None:
        self._apps = apps
        self._open: dict[str, set[_Exchange]] = {}
        self.down: set[str] = set()
        self.frozen: set[str] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Run the application for one request and return once it has sent its head."""
        host = request.url.netloc.decode()
        if host in self.down or host not in self._apps:
            raise httpx2.ConnectError("refused", request=request)
        if host in self.frozen:
            await asyncio.Event().wait()
        exchange = _Exchange(self._apps[host], request, await request.aread())
        self._open.setdefault(host, set()).add(exchange)
        exchange.done = lambda: self._open[host].discard(exchange)
        return await exchange.respond()

    def kill(self, host: str) -> None:
        """Refuse new connections to `host` and break its open ones."""
        self.down.add(host)
        self.cut(host)

    def revive(self, host: str) -> None:
        """Accept connections to `host` again."""
        self.down.discard(host)

    def cut(self, host: str) -> None:
        """Break the open streams of `host`."""
        for exchange in tuple(self._open.get(host, ())):
            exchange.cut()


class _Exchange(httpx2.AsyncByteStream):
    """One request under way: the application runs in a task, its messages are queued."""

    def __init__(self, app: Application, request: httpx2.Request, body: bytes) -> None:
        self.done: Callable[[], None] = lambda: None
        self._request = request
        self._body: bytes | None = body
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self._gone = asyncio.Event()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        self._task = asyncio.ensure_future(self._run(app, scope))

    async def _run(self, app: Application, scope: Message) -> None:
        try:
            await app(scope, self._receive, self._messages.put)
        finally:
            self._messages.put_nowait(None)

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def respond(self) -> httpx2.Response:
        """The response, its body still to come."""
        try:
            start = await self._messages.get()
        except asyncio.CancelledError:
            await self.aclose()
            raise
        if start is not None and start["type"] == "broken":
            await self.aclose()
            raise httpx2.ReadError("broken off", request=self._request)
        if start is None:
            await self.aclose()
            self._task.result()
            raise httpx2.RemoteProtocolError("no answer", request=self._request)
        return httpx2.Response(
            start["status"], headers=start["headers"], stream=self, request=self._request
        )

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._messages.get()
            if message is None or message["type"] == "broken":
                if message is not None:
                    raise httpx2.ReadError("broken off", request=self._request)
                return
            if body := message.get("body"):
                yield body
            if not message.get("more_body"):
                return

    def cut(self) -> None:
        """Break the stream as a dying server does."""
        self._messages.put_nowait({"type": "broken"})

    async def aclose(self) -> None:
        """The client is done: tell the application and end it."""
        self._gone.set()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.done()
