"""The Kubernetes API of every cluster below `/kube/NAME`, for kubectl.

A bearer token of the console says who asks (no cookie counts here, so no page in a browser can
ask), the console's rights and the cluster's decide, and the cluster is asked as that person by
impersonation. Headers are made anew in both directions (security reference, C17 and C18). What
stays open (watches, logs, any answer after a second) ends within two seconds when the credential
or the right does, on every replica; the cluster is asked again every ten. A change is recorded
before it is sent.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx2
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from backend.features.cluster.kubectl.answers import NotLet, send_status, status
from backend.features.cluster.kubectl.asked import Asked, NotPassed, read_path
from backend.features.cluster.kubectl.entrance import Entrance, Passed
from backend.features.cluster.kubectl.recording import recorded
from integrations.caller import sendable
from integrations.contract import IntegrationError
from integrations.kubernetes.api_client import Body

__all__ = ["MOUNT", "KubectlProxy"]

MOUNT: Final = "/kube"
_MOST_BODY: Final = 3 * 1024 * 1024
_MOST_HEADER: Final = 1024
_MOST_OPEN: Final = 64
"""Answers that go on, of one credential."""
_SHORT: Final = 1.0
"""Seconds that an answer which does not go on may take before it is asked about."""
_AGAIN: Final = 0.5
_AGAIN_THERE: Final = 10.0
_LAST: Final = (
    b'{"type":"ERROR","object":' + status(401, "you may not watch this any more.") + b"}\n"
)
"""The last event of a watch whose right is over."""
_NO_SOCKETS: Final = NotLet(403, "no sockets are passed on: no terminals, no forwarding.")
_GIVEN_BACK: Final = ("content-type", "warning", "retry-after")


class KubectlProxy:
    """The ASGI application below `MOUNT`."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say why not as a `Status`."""
        if scope["type"] == "websocket":
            await send_status(send, _NO_SOCKETS, websocket=True)
            return
        try:
            cluster, asked = _read(scope)
            http = HTTPConnection(scope)
            entrance = Entrance(http)
            passed = await entrance.enter(http, cluster, asked)
            await self._request(entrance, scope, receive, send, passed=passed)
        except NotLet as refused:
            await send_status(send, refused)
        except IntegrationError as error:
            await send_status(send, NotLet(503, error.message))

    async def _request(
        self, entrance: Entrance, scope: Scope, receive: Receive, send: Send, *, passed: Passed
    ) -> None:
        http, asked = HTTPConnection(scope), passed.asked
        body = await _body(http, receive)
        follows = isinstance(asked, Asked) and asked.follows
        client = passed.connection.client.api
        relayed = client.relay(
            scope["method"],
            asked.path,
            parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
            accept=_header(http, "accept", "application/json"),
            as_=passed.as_,
            body=body,
            follows=follows,
        )
        async with recorded(http, passed) as answered, relayed as response:
            await answered(response.status_code)
            counted = self._counted(passed) if follows else nullcontext()
            async with counted:
                # Whatever it was taken for: what stays open ends with the right.
                over = await _first(
                    _copy(response, send),
                    _until_over(entrance, passed, 0.0 if follows else _SHORT),
                    _gone(receive),
                )
                await _end(send, _LAST if over and _is_watch(passed) else b"")

    @asynccontextmanager
    async def _counted(self, passed: Passed) -> AsyncIterator[None]:
        whose = str(passed.principal.credential)
        if self._open[whose] >= _MOST_OPEN:
            raise NotLet(429, f"{_MOST_OPEN} watches and logs are open already.")
        self._open[whose] += 1
        try:
            yield
        finally:
            self._open[whose] -= 1
            if not self._open[whose]:
                del self._open[whose]


async def _until_over(entrance: Entrance, passed: Passed, wait: float) -> bool:
    """True, once the console or the cluster would not let it through any more; asked first after
    `wait` seconds."""
    await asyncio.sleep(wait)
    since = wait
    while await entrance.still(passed):
        await asyncio.sleep(_AGAIN)
        since += _AGAIN
        if since >= _AGAIN_THERE:
            since = 0.0
            if not await entrance.still_there(passed):
                break
    return True


def _is_watch(passed: Passed) -> bool:
    return isinstance(passed.asked, Asked) and passed.asked.verb == "watch"


def _read(scope: Scope) -> tuple[str, Any]:
    raw = scope.get("raw_path") or b""
    path = raw.decode("latin-1").removeprefix(scope.get("root_path", ""))
    path = path.removeprefix(f"{MOUNT}/").lstrip("/")
    cluster, _, rest = path.partition("/")
    query = scope["query_string"].decode("latin-1")
    body_type = Headers(scope=scope).get("content-type", "")
    try:
        return cluster, read_path(scope.get("method", "GET"), rest, query, body_type)
    except NotPassed as error:
        raise NotLet(error.code, str(error)) from error


async def _body(http: HTTPConnection, receive: Receive) -> Body | None:
    content = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise NotLet(400, "the request broke off.")
        content += message.get("body", b"")
        if len(content) > _MOST_BODY:
            raise NotLet(413, f"{_MOST_BODY} bytes at most.")
        if not message.get("more_body"):
            break
    if not content:
        return None
    return Body(bytes(content), _header(http, "content-type", "application/json"))


def _header(http: HTTPConnection, name: str, usual: str) -> str:
    value = http.headers.get(name, usual)
    if len(value) > _MOST_HEADER or not sendable(value):
        raise NotLet(400, f"the header {name} cannot be passed on.")
    return value


async def _copy(response: httpx2.Response, send: Send) -> bool:
    """Pass the answer on as it comes."""
    headers = [
        (name.encode(), value.encode("latin-1", "replace"))
        for name in _GIVEN_BACK
        for value in response.headers.get_list(name)
    ]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    with suppress(httpx2.TransportError):  # the head is gone: the end says it
        async for piece in response.aiter_bytes():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    return False


async def _end(send: Send, last: bytes = b"") -> None:
    await send({"type": "http.response.body", "body": last})


async def _gone(receive: Receive) -> bool:
    while (await receive())["type"] != "http.disconnect":
        pass
    return False


async def _first(*endings: Awaitable[bool]) -> bool:
    """Whether the first that ends is the end of a right; the others are ended."""
    tasks = [asyncio.ensure_future(ending) for ending in endings]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return any(task.result() for task in done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
