"""`/scim/v2`: who asks, how much at once, for how long; the protocol itself is `server.py`.

No cookie counts here and no token of people: a browser that is made to ask is nobody.
"""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from auth.scope import organisation
from backend.audit import Origin, Target
from backend.audit.counted import Refusals
from backend.db.away import in_words
from backend.errors import Conflict, PayloadTooLarge, Problem, Unavailable
from backend.features.scim.caller import Caller, caller_of
from backend.http.origin import own_address
from backend.parts import parts_of
from backend.settings import Settings

if TYPE_CHECKING:
    from backend.features.scim.server import Server

__all__ = ["MOST_BYTES", "MOUNT", "Endpoint"]

MOUNT: Final = "/scim/v2"
MEDIA_TYPE: Final = "application/scim+json"
MOST_BYTES: Final = 1_000_000
"""Of a request's body: a group of some ten thousand people."""
SECONDS: float = 30.0
"""Until a request is sent and has its turn."""
_AT_ONCE: Final = 2
"""Requests of one process: a provider that tells of everybody is no flood for its pages."""
_QUERY: Final = 8192
_ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
_log = structlog.get_logger("craton.scim")


class Endpoint:
    """The ASGI application."""

    def __init__(self, db_sessions: async_sessionmaker[AsyncSession], settings: Settings) -> None:
        self._db_sessions = db_sessions
        self._settings = settings
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._loaded: Server | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; no socket is opened here."""
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close"})
            return
        request = Request(scope, receive)
        response = await self._answer(request)
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(SECONDS) as limit:
                caller = await caller_of(request, self._db_sessions, self._settings.organisation)
                body = await _body(request)
                async with self._places:
                    limit.reschedule(None)  # what has begun ends: it is bounded by its size
                    return await self._served(request, caller, body)
        except Problem as problem:
            return _refused(problem)
        except TimeoutError:
            return _refused(Unavailable("This took too long: ask for less at once, or later."))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except Exception as error:  # noqa: BLE001 (logged; told in the protocol's form)
            if told := in_words(error):
                return _refused(Unavailable(told))
            _log.exception("unexpected error", path=request.url.path)
            return _refused(Problem("An unexpected error happened; the log has it."))

    async def _served(self, request: Request, caller: Caller, body: bytes) -> Response:
        from scim2_server.requests import ScimRequest  # noqa: PLC0415 (half a second: nobody waits for it without SCIM)

        server = await self._server()
        asked = ScimRequest(
            method=request.method,
            base_url=own_address(request, self._settings) + MOUNT,
            path=request.scope["path"].removeprefix(request.scope.get("root_path", "")),
            query=dict(request.query_params),
            headers=dict(request.headers),
            body=body,
        )
        try:
            answer = await server.answer(asked, caller, self._db_sessions)
        except Conflict as problem:  # the last owner stays
            await self._record(request, caller, problem)
            raise
        if answer.body is None:
            headers = {k: v for k, v in answer.headers.items() if k.lower() != "content-type"}
            return Response(status_code=answer.status.value, headers=headers)
        return JSONResponse(
            answer.body, answer.status.value, headers=answer.headers, media_type=MEDIA_TYPE
        )

    async def _server(self) -> Server:
        if self._loaded is None:
            found: Any = await asyncio.to_thread(import_module, "backend.features.scim.server")
            self._loaded = self._loaded or found.Server()
        return self._loaded

    async def _record(self, request: Request, caller: Caller, problem: Problem) -> None:
        refusals = parts_of(request).find(Refusals)
        if refusals is not None:
            origin: Origin = caller.origin
            target = Target("user", "", caller.name, organisation(origin.organisation))
            await refusals.record(origin, "update", target, problem.detail)


async def _body(request: Request) -> bytes:
    """The body, of bounded size."""
    if len(request.url.query) > _QUERY:
        raise PayloadTooLarge(f"The query is too long: {_QUERY} characters at most.")
    whole = bytearray()
    async for part in request.stream():
        whole += part
        if len(whole) > MOST_BYTES:
            raise PayloadTooLarge(f"The body is too large: {MOST_BYTES} bytes at most.")
    return bytes(whole)


def _refused(problem: Problem) -> Response:
    """A refusal of ours in the protocol's form (RFC 7644, section 3.12)."""
    body = {"schemas": [_ERROR], "status": str(problem.status), "detail": problem.detail}
    headers = dict(problem.headers)
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="SCIM"'
    if problem.status == 503:
        headers.setdefault("Retry-After", "5")
    return Response(json.dumps(body), problem.status, headers, MEDIA_TYPE)
