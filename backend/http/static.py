"""Serve the built frontend: hashed assets cached as immutable; the page itself is asked for each
time and answered with a 304 while it is the same.

Any other path that is not an API's gives the page: the URL is the state of the page, and
the browser's router reads it.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Container
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from backend.errors import NotFoundProblem, Problem
from backend.http.cookies import has_session_cookie
from backend.http.hints import link_header, read_hints
from backend.http.problems import send_problem

__all__ = ["Frontend", "frontend_folder"]

_CODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""What the build packs, smallest first (`frontend/vite.config.ts`)."""
_TELLING: Final = ("cache-control", "etag", "last-modified", "link", "vary")
"""What a 304 repeats (RFC 9110, 15.4.5)."""
_ADDRESS: Final = re.compile(r'\b(href|src)="/(?!/)')
"""An address of the console's own in its page."""
_ZERO: Final = re.compile(r"q\s*=\s*0(\.0*)?")
_METHODS: Final = frozenset({"GET", "HEAD"})
_API: Final = ("/api/", "/v1/", "/metrics", "/healthz", "/readyz")


LIVE: Final = "/api/v1/live"
_NO_UPGRADE: Final = (
    "This address is a WebSocket, and what came is no upgrade to one. A proxy in front has to pass "
    "it on (nginx: proxy_http_version 1.1 with the headers Upgrade and Connection)."
)


class UpgradeMissing(Problem):
    """426: the live address was asked as if it were a page (RFC 9110, 15.5.22)."""

    status, slug, title = 426, "upgrade-required", "A WebSocket is expected"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Upgrade": "websocket", "Connection": "Upgrade"})


def frontend_folder() -> Path | None:
    """Where the built frontend is: inside an installed wheel, else in the source tree."""
    backend = Path(__file__).resolve().parent.parent
    for folder in (backend / "static", backend.parent / "frontend" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


class Frontend:
    """ASGI app mounted at the root, behind every other route. `prefix` is what browsers see the
    console below, `tables` are the collections that pages may show."""

    def __init__(self, prefix: str = "", tables: Container[str] = ()) -> None:
        self._prefix = prefix
        self._tables = tables

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with an asset, the page, or a plain word that it is not built."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4404})
            return
        if scope["path"] == LIVE:
            await send_problem(UpgradeMissing(_NO_UPGRADE), send)
            return
        if scope["path"].startswith(_API):
            await send_problem(NotFoundProblem("There is no such address in the interface."), send)
            return
        if scope["method"] not in _METHODS:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        headers = Headers(scope=scope)
        tables = () if scope["query_string"] else self._tables
        response = self._response(scope["path"], headers, tables)
        await _unless_known(response, headers.get("if-none-match"))(scope, receive, send)

    def _response(self, path: str, headers: Headers, tables: Container[str]) -> Response:
        """The asset or the page; a narrowed or sorted table begins with other rows, so that only
        a plain address is told some of its `tables`."""
        accepted = headers.get("accept-encoding", "")
        folder = frontend_folder()
        if folder is None:
            return PlainTextResponse("The frontend is not built: run 'make frontend'.", 404)
        asset = _inside(folder, path)
        if asset is None:
            page = self._page(folder / "index.html", accepted)
            signed_in = has_session_cookie(headers.get("cookie", ""))
            hints = read_hints(folder)
            link = link_header(hints, path, self._prefix, signed_in=signed_in, tables=tables)
            if link:
                page.headers["Link"] = link
            return page
        hashed = asset.is_relative_to(folder / "assets")
        cache = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return _file(asset, cache, accepted)

    def _page(self, index: Path, accepted: str) -> Response:
        """The page; its few addresses with the prefix, where there is one. Scripts and styles
        name what they need relative to themselves (`frontend/vite.config.ts`)."""
        if not self._prefix:
            return _file(index, "no-cache", accepted)
        text = _ADDRESS.sub(rf'\1="{self._prefix}/', index.read_text())
        tag = hashlib.sha256(text.encode()).hexdigest()[:32]
        return HTMLResponse(text, headers={"Cache-Control": "no-cache", "ETag": f'"{tag}"'})


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
