"""Answers that are worth compressing: large ones that many tabs ask for again and again."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backend.http.static import accepts

__all__ = ["CompressedRoute"]

_LEAST: Final = 1024
_LEVEL: Final = 5
"""Half a millisecond for 16 KiB; the next levels gain a percent."""


class CompressedRoute(APIRoute):
    """A route whose answers of 1 KiB or more are gzipped for those who accept that.

    Streams go as they come. Not for answers that repeat what the caller sent beside something
    secret: their length would tell of it (BREACH).
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, and the compression of what it answers."""
        handler = super().get_route_handler()

        async def compressed(request: Request) -> Response:
            response = await handler(request)
            response.headers.add_vary_header("Accept-Encoding")
            if accepts(request.headers.get("accept-encoding", ""), "gzip"):
                _compress(response)
            return response

        return compressed


def _compress(response: Response) -> None:
    if isinstance(response, StreamingResponse) or len(response.body) < _LEAST:
        return
    response.body = gzip.compress(response.body, _LEVEL, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))
