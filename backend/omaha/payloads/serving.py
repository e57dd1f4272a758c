"""Serving hosted files: GET and HEAD on ``/v1/payloads/<name>``.

Public, as the Omaha endpoint is: machines hold no credentials, and a payload is signed. The
strong ETag is the SHA-256, so a resumed download never mixes two payloads.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import BinaryIO, Final

import anyio
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from backend.db.away import DATABASE_AWAY
from backend.errors import Problem
from backend.omaha.domain.naming import BY_PACKAGE
from backend.omaha.payloads.errors import PayloadNotFound, PayloadsAway
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.metrics import SENT_BYTES, SERVED
from backend.omaha.payloads.ranges import Part, Unsatisfiable, Whole, matches, select

CHUNK: Final = 256 << 10
"""Bytes read and sent at a time: one thread hop each."""

MOUNT: Final = "/v1/payloads"
LOOK_UP_SECONDS: Final = 5.0
"""A database that takes longer to say what a name serves is away."""
REMEMBERED: Final = 1_000
"""Names whose bytes can be served while the database is away."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """What a name serves. `created` (Unix seconds) becomes Last-Modified."""

    sha256: str
    size: int
    created: float


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A file of a package that refers to a mirror: where it lies."""

    url: str


Resolve = Callable[[str], Awaitable[Hosted | Elsewhere | None]]
"""Name → what it serves, or None. Implemented over the database."""


def payloads_app(files: PayloadFiles, resolve: Resolve) -> Router:
    """The ASGI application to mount at `MOUNT`, in the console or the stand-alone service.

    It answers its own errors, so that it needs nothing of the application around it.
    """
    known = _Remembered(resolve)

    def answering(folder: str) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                found = await known(folder + request.path_params["name"])
                if found is None:
                    raise PayloadNotFound("No payload of that name is hosted here.")
                answer = await _answer(request, files, found)
            except Problem as problem:
                SERVED.labels(problem.status).inc()
                return JSONResponse(
                    problem.body(request.url.path),
                    problem.status,
                    headers=problem.headers,
                    media_type="application/problem+json",
                )
            SERVED.labels(answer.status_code).inc()
            return answer

        return endpoint

    routes = [
        Route(f"/{folder}{{name}}", answering(folder), methods=["GET", "HEAD"])
        for folder in ("", BY_PACKAGE)
    ]
    return Router(routes, redirect_slashes=False)


class _Remembered:
    """`resolve`, and what it said before while the database is away: a payload under a name
    never changes, so machines go on downloading what is on disk."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._known: OrderedDict[str, Hosted | Elsewhere] = OrderedDict()

    async def __call__(self, name: str) -> Hosted | Elsewhere | None:
        """What `name` serves. Raises `PayloadsAway` for one that is not remembered."""
        if "\0" in name:
            return None
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                hosted = await self._resolve(name)
        except (SQLAlchemyError, TimeoutError, *DATABASE_AWAY) as error:
            if name in self._known:
                return self._known[name]
            raise PayloadsAway("The database is away; try again soon.") from error
        self._known.pop(name, None)
        if hosted is not None:
            self._known[name] = hosted
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return hosted


async def _answer(request: Request, files: PayloadFiles, found: Hosted | Elsewhere) -> Response:
    """The bytes, or the way to where they lie: 302, because a package may be hosted later."""
    if isinstance(found, Elsewhere):
        return Response(status_code=302, headers={"Location": found.url})
    return await serve(request, files, found)


async def serve(request: Request, files: PayloadFiles, hosted: Hosted) -> Response:
    """200, 206, 304 or 416 for one request; `PayloadNotFound` when the bytes are missing."""
    etag = f'"{hosted.sha256}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Last-Modified": formatdate(hosted.created, usegmt=True),
        "Cache-Control": "public, no-cache",
        "Content-Type": "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
    }
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    head = request.method == "HEAD"
    wanted = None if head else request.headers.get("range")
    selection = select(wanted, request.headers.get("if-range"), etag, hosted.size)
    if isinstance(selection, Unsatisfiable):
        headers["Content-Range"] = f"bytes */{hosted.size}"
        return Response(status_code=416, headers=headers)
    part = Part(0, hosted.size - 1) if isinstance(selection, Whole) else selection
    status = 200 if isinstance(selection, Whole) else 206
    headers["Content-Length"] = str(part.last - part.first + 1)
    if status == 206:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{hosted.size}"
    file = await anyio.to_thread.run_sync(_open, files, hosted)
    if head:
        file.close()
        return Response(status_code=status, headers=headers)
    return _FilePart(file, part, status, headers)


class _FilePart(StreamingResponse):
    """Streams a part of an open file and closes it however the transfer ends."""

    def __init__(self, file: BinaryIO, part: Part, status: int, headers: dict[str, str]) -> None:
        super().__init__(_read(file, part), status_code=status, headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


def _open(files: PayloadFiles, hosted: Hosted) -> BinaryIO:
    """Open before the status is sent: a missing file is a 404, not a broken 200."""
    if files.size(hosted.sha256) != hosted.size:
        raise PayloadNotFound(f"The file {hosted.sha256[:12]}… on disk is not whole.")
    return files.path(hosted.sha256).open("rb")


async def _read(file: BinaryIO, part: Part) -> AsyncIterator[bytes]:
    left = part.last - part.first + 1
    await anyio.to_thread.run_sync(file.seek, part.first)
    while left:
        chunk = await anyio.to_thread.run_sync(file.read, min(CHUNK, left))
        if not chunk:
            raise OSError("the payload file ended early")
        left -= len(chunk)
        SENT_BYTES.inc(len(chunk))
        yield chunk
