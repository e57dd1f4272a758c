"""Reads whose address is longer than proxies let through.

A key of etcd may have a name of 9 KB, a filter 8 KB; nginx answers 414 above 8 KB of an address,
load balancers sooner. Such a read may come as a POST with ``X-HTTP-Method-Override: GET`` and its
query as a form body: from here on it is the GET it says it is, with the same rights and limits.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.errors import BadRequest, PayloadTooLarge, Problem
from backend.http.problems import send_problem

__all__ = ["MAX_QUERY", "METHOD_OVERRIDE", "LongReads"]

METHOD_OVERRIDE: Final = "x-http-method-override"
MAX_QUERY: Final = 64 * 1024
"""Bytes of such a query: what a head may have (`protocol.MAX_HEAD`)."""
_FORM: Final = "application/x-www-form-urlencoded"
_OF_THE_BODY: Final = frozenset({b"content-type", b"content-length", b"transfer-encoding"})


class LongReads:
    """ASGI middleware, inside of the rules for heads: to those it is the POST that was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, a read in a POST as the read it is."""
        if scope["type"] == "http" and scope["method"] == "POST":
            headers = Headers(scope=scope)
            if METHOD_OVERRIDE in headers:
                found = await _query(scope, headers, receive)
                if isinstance(found, Problem):
                    await send_problem(found, send)
                    return
                _become_read(scope, found)
                receive = _Empty(receive)
        await self._app(scope, receive, send)


async def _query(scope: Scope, headers: Headers, receive: Receive) -> bytes | Problem:
    """The query in the body; what is wrong about a request that is no read of this kind."""
    wanted = headers[METHOD_OVERRIDE].upper()
    if not scope["path"].startswith("/api/") or wanted != "GET" or scope["query_string"]:
        return BadRequest(
            f"{METHOD_OVERRIDE} makes a POST below /api/ a GET, whose query is the body: "
            "no other method, and nothing behind a question mark."
        )
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return BadRequest(f"The query of a long read comes as {_FORM}.")
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_QUERY:
            return PayloadTooLarge(f"A query may have {MAX_QUERY:,} bytes at most.")
    return bytes(body) if body.isascii() else BadRequest("A query is percent-encoded ASCII.")


def _become_read(scope: Scope, query: bytes) -> None:
    """In place, so that log and metrics of the outer layers say what it was."""
    kept = [(name, value) for name, value in scope["headers"] if name not in _OF_THE_BODY]
    scope.update(method="GET", query_string=query, headers=kept)


class _Empty:
    """A body without bytes, then whatever comes of the connection."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._given = False

    async def __call__(self) -> Message:
        if self._given:
            return await self._receive()
        self._given = True
        return {"type": "http.request", "body": b"", "more_body": False}
