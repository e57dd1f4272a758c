"""Serve the built frontend: hashed assets cached as immutable; the page itself is asked for each
time and answered with a 304 while it is the same.

Any other path that is not an API's gives the page: the URL is the state of the page, and
the browser's router reads it.
"""

from __future__ import annotations

import mimetypes
import re
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from backend.errors import NotFoundProblem
from backend.http.cookies import has_session_cookie
from backend.http.hints import link_header, read_hints
from backend.http.problems import send_problem

__all__ = ["Frontend", "frontend_folder"]

_CODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""What the build packs, smallest first (`frontend/vite.config.ts`)."""
_TELLING: Final = ("cache-control", "etag", "last-modified", "link", "vary")
"""What a 304 repeats (RFC 9110, 15.4.5)."""
_ZERO: Final = re.compile(r"q\s*=\s*0(\.0*)?")
_METHODS: Final = frozenset({"GET", "HEAD"})
_API: Final = ("/api/", "/v1/", "/metrics", "/healthz", "/readyz")


def frontend_folder() -> Path | None:
    """Where the built frontend is: inside an installed wheel, else in the source tree."""
    backend = Path(__file__).resolve().parent.parent
    for folder in (backend / "static", backend.parent / "frontend" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


class Frontend:
    """ASGI app mounted at the root, behind every other route."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with an asset, the page, or a plain word that it is not built."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4404})
            return
        if scope["path"].startswith(_API):
            await send_problem(NotFoundProblem("There is no such address in the interface."), send)
            return
        if scope["method"] not in _METHODS:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        headers = Headers(scope=scope)
        response = self._response(scope["path"], headers)
        await _unless_known(response, headers.get("if-none-match"))(scope, receive, send)

    @staticmethod
    def _response(path: str, headers: Headers) -> Response:
        accepted = headers.get("accept-encoding", "")
        folder = frontend_folder()
        if folder is None:
            return PlainTextResponse("The frontend is not built: run 'make frontend'.", 404)
        asset = _inside(folder, path)
        if asset is None:
            page = _file(folder / "index.html", "no-cache", accepted)
            signed_in = has_session_cookie(headers.get("cookie", ""))
            if link := link_header(read_hints(folder), path, signed_in=signed_in):
                page.headers["Link"] = link
            return page
        hashed = asset.is_relative_to(folder / "assets")
        cache = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return _file(asset, cache, accepted)


def _file(asset: Path, cache: str, accepted: str) -> Response:
    """The file, as the smallest form the build made that the browser takes."""
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    media_type = mimetypes.guess_type(asset.name)[0] or "application/octet-stream"
    for coding, suffix in _CODINGS:
        packed = asset.with_name(asset.name + suffix)
        if accepts(accepted, coding) and packed.is_file():
            headers["Content-Encoding"] = coding
            asset = packed
            break
    return FileResponse(asset, headers=headers, media_type=media_type, stat_result=asset.stat())


def _unless_known(response: Response, known: str | None) -> Response:
    """A 304 where the browser names the tag of this very form of the file (RFC 9110, 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in (known or "").split(",")}
    if not tags & {"*", response.headers.get("etag")}:
        return response
    kept = {name: response.headers[name] for name in _TELLING if name in response.headers}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)


def accepts(header: str, coding: str) -> bool:
    """Whether an Accept-Encoding names `coding` and does not refuse it (RFC 9110, 12.5.3).

    A wildcard is not taken as a yes: the plain file is always right.
    """
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name == coding:
            return not any(_ZERO.fullmatch(parameter) for parameter in parameters)
    return False


def _inside(folder: Path, path: str) -> Path | None:
    """The file a path names, when it lies inside `folder`; None otherwise."""
    if path == "/" or "\0" in path:
        return None
    try:
        wanted = (folder / path.lstrip("/")).resolve()
        return wanted if wanted.is_relative_to(folder) and wanted.is_file() else None
    except OSError:
        return None  # longer than a file's name can be, so it is a page's
