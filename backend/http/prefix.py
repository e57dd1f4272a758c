"""The console below a path of its host (`https://example/console/`), as a proxy shows it.

The path of `CRATON_PUBLIC_URL` is the prefix. Whether the proxy takes it off or passes it on,
everything inside sees the path without it; addresses that leave (redirects, the page, its hints,
cookies) carry it.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["PathPrefix", "below"]


def below(app: ASGIApp, prefix: str) -> ASGIApp:
    """`app` below `prefix`; itself where there is none."""
    return PathPrefix(app, prefix) if prefix else app


class PathPrefix:
    """ASGI middleware, the outermost; `prefix` begins with a slash and ends without one."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the prefix off, and give it to where the answer redirects."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["path"] == self._prefix and scope["type"] == "http":
            await RedirectResponse(f"{self._prefix}/", 308)(scope, receive, send)
        else:
            await self._app(self._inner(scope), receive, self._outer(scope, send))

    def _inner(self, scope: Scope) -> Scope:
        if not scope["path"].startswith(f"{self._prefix}/"):
            return scope
        raw: bytes | None = scope.get("raw_path")
        return {
            **scope,
            "path": scope["path"].removeprefix(self._prefix),
            "raw_path": raw and raw.removeprefix(self._prefix.encode()),
        }

    def _outer(self, scope: Scope, send: Send) -> Send:
        async def prefixed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = self._redirected(scope, message.get("headers", ()))
                message = {**message, "headers": headers}
            await send(message)

        return prefixed

    def _redirected(
        self, scope: Scope, headers: Iterable[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        own = f"{scope.get('scheme', 'http')}://{host.decode('latin-1')}".encode("latin-1")
        prefix = self._prefix.encode()

        def led(target: bytes) -> bytes:
            path = target.removeprefix(own)
            if not path.startswith(b"/") or path.startswith((b"//", prefix + b"/")):
                return target
            return prefix + path

        return [(n, led(v) if n.lower() == b"location" else v) for n, v in headers]
