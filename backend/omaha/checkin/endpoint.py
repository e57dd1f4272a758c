"""The endpoint machines speak to, as a bare ASGI application: no routing, no middleware.

Wire contract: reference updates 3.1. POST to `/v1/update` and `/v1/update/`, both answered
without redirect, optionally under a secret suffix; 200 with text/xml. Malformed input is a
400 with the reason; a database that cannot keep up is a 503, on which clients back off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import structlog

from backend.omaha.checkin.engine import Engine
from backend.omaha.checkin.metrics import SERVICE_REFUSED
from backend.omaha.checkin.traces import Traces
from backend.omaha.checkin.writer import Overloaded
from backend.omaha.protocol import codec
from backend.omaha.protocol.answer import render
from backend.omaha.store.contract import StoreDown, WriteConflict

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATH: Final = "/v1/update"
BODY_SECONDS: Final = 10.0
HOSTED_PATH: Final = "/v1/payloads/"

_log = structlog.get_logger(__name__)
_XML: Final = (b"content-type", b"text/xml; charset=utf-8")
_TEXT: Final = (b"content-type", b"text/plain; charset=utf-8")


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class UpdateEndpoint:
    """ASGI application for the paths in `paths`; mount it under exactly these.
    `public_url` is where machines reach the payloads; empty: as they reach this."""

    def __init__(
        self, engine: Engine, traces: Traces, suffix: str = "", public_url: str = ""
    ) -> None:
        base = f"{PATH}/{suffix}" if suffix else PATH
        self.paths: Final = (base, f"{base}/")
        self._engine = engine
        self._traces = traces
        self._public_url = public_url.rstrip("/")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            content = await self._serve(scope, receive)
        except _Refused as refused:
            SERVICE_REFUSED.labels(refused.status).inc()
            await _send(send, refused.status, f"{refused}\n".encode(), _TEXT)
        except (StoreDown, Overloaded, WriteConflict) as busy:
            SERVICE_REFUSED.labels(503).inc()
            _log.warning("update_check_refused", reason=str(busy))
            await _send(send, 503, b"The update service is busy; try again later.\n", _TEXT)
        else:
            await _send(send, 200, content, _XML)

    async def _serve(self, scope: Message, receive: Receive) -> bytes:
        if scope["path"] not in self.paths:
            raise _Refused(404, "There is nothing here.")
        if scope["method"] != "POST":
            raise _Refused(405, "Omaha requests are POSTed.")
        client = scope.get("client")
        ip = client[0] if client else ""
        body = await _body(receive)
        try:
            request = codec.parse(body)
        except codec.MalformedRequest as error:
            self._traces.malformed(ip, str(error), body)
            raise _Refused(400, str(error)) from error
        answers = await self._engine.answer(request, ip, self._hosted(scope))
        return render(request.apps, answers)

    def _hosted(self, scope: Message) -> str:
        if self._public_url:
            return self._public_url + HOSTED_PATH
        for name, value in scope["headers"]:
            if name == b"host":
                return f"{scope.get('scheme', 'http')}://{value.decode('latin-1')}{HOSTED_PATH}"
        return HOSTED_PATH


async def _body(receive: Receive) -> bytes:
    """The whole body, within its limits of size and time."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        return _limited(bytes(message.get("body", b"")))
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _chunks(message, receive)
    except TimeoutError as error:
        raise _Refused(408, f"The body took over {BODY_SECONDS:.0f} s.") from error


async def _chunks(message: Message, receive: Receive) -> bytes:
    body = bytearray()
    while True:
        if message["type"] != "http.request":
            raise _Refused(400, "The request ended early.")
        body += message.get("body", b"")
        _limited(body)
        if not message.get("more_body"):
            return bytes(body)
        message = await receive()


def _limited(body: bytes | bytearray) -> bytes:
    if len(body) > codec.MAX_BODY:
        raise _Refused(400, f"The body is over {codec.MAX_BODY} bytes.")
    return body if isinstance(body, bytes) else b""


async def _send(send: Send, status: int, content: bytes, kind: tuple[bytes, bytes]) -> None:
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [kind, length]})
    await send({"type": "http.response.body", "body": content})
