"""An httpx2 transport into an ASGI application that streams: httpx2's own waits for the
whole answer, which a watch never has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, MutableMapping
from typing import Any

import httpx2

from integrations.kubernetes.fake.app import FakeKubernetes

__all__ = ["StreamingTransport"]


class _Body(httpx2.AsyncByteStream):
    def __init__(
        self,
        queue: asyncio.Queue[Mapping[str, Any] | Exception],
        task: asyncio.Task[None],
        read_timeout: float | None,
    ) -> None:
        self._queue = queue
        self._task = task
        self._read_timeout = read_timeout

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            try:
                async with asyncio.timeout(self._read_timeout):
                    message = await self._queue.get()
            except TimeoutError as error:
                raise httpx2.ReadTimeout("silence") from error
            if isinstance(message, Exception):
                raise httpx2.ReadError(str(message)) from message
            if body := message.get("body", b""):
                yield body
            if not message.get("more_body", False):
                return

    async def aclose(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class StreamingTransport(httpx2.AsyncBaseTransport):
    """Requests go to `app` in this process; answers stream. `app.store.up` False refuses."""

    def __init__(self, app: FakeKubernetes) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Start the application and return when it has sent its head."""
        if not self._app.store.up:
            raise httpx2.ConnectError("All connection attempts failed")
        queue: asyncio.Queue[Mapping[str, Any] | Exception] = asyncio.Queue()
        scope = {
            "type": "http",
            "method": request.method,
            "path": request.url.path,
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        content = await request.aread()
        task = asyncio.create_task(self._run(scope, content, queue))
        read = request.extensions.get("timeout", {}).get("read")
        body = _Body(queue, task, read)
        try:
            async with asyncio.timeout(read):
                head = await queue.get()
        except TimeoutError as error:
            await body.aclose()
            raise httpx2.ReadTimeout("no answer") from error
        except asyncio.CancelledError:
            await body.aclose()
            raise
        if isinstance(head, Exception):
            raise httpx2.ReadError(str(head)) from head
        return httpx2.Response(head["status"], headers=head["headers"], stream=body)

    async def _run(
        self,
        scope: Mapping[str, Any],
        content: bytes,
        queue: asyncio.Queue[Mapping[str, Any] | Exception],
    ) -> None:
        async def send(message: Mapping[str, Any]) -> None:
            queue.put_nowait(message)

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001  # the peer sees a broken connection
            queue.put_nowait(error)
