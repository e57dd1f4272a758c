"""Pure ASGI layers: request id, security headers, CSRF rule, access log.

CSRF (security reference, C2): an unsafe method under ``/api/`` needs our own header (which
a cross-origin form cannot send) and, where the browser says where it comes from, our exact
Origin. Callers for whom no cookie counts (``/v1/``, ``/api/v1/hooks/``, ``/api/v1/oauth/``, bearer
tokens) are exempt.
"""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.errors import (
    Forbidden,
    PayloadTooLarge,
    Problem,
    UnsupportedMediaType,
    UriTooLong,
)
from backend.http.metrics import REQUESTS
from backend.http.origin import same_origin
from backend.http.problems import send_problem
from backend.identity.tokens import new_token
from backend.settings import Settings

__all__ = ["CSRF_HEADER", "MAX_PATH", "HttpRules", "decorate"]

CSRF_HEADER: Final = "x-craton-request"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_EXEMPT: Final = ("/api/v1/hooks/", "/api/v1/oauth/")
MAX_PATH: Final = 2048
"""Characters of a decoded path; the longest names of ours are far below."""
_SHOWN: Final = 256
_FREQUENT: Final = ("/v1/update", "/api/v1/hooks/")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = structlog.get_logger("craton.http")

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class HttpRules:
    """Around all of the console but the host check and what machines ask."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the head, add headers to the answer, log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_token()[:16]
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def add_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                decorate(MutableHeaders(scope=message), scope, request_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            refused = self._refuse(scope, headers)
            try:
                if refused is None:
                    await self._app(scope, receive, _OversizeAsProblem(scope, add_headers))
                else:
                    await send_problem(refused, add_headers)
            finally:
                _record(scope, status, time.perf_counter() - started)

    def _refuse(self, scope: Scope, headers: Headers) -> Problem | None:
        path = scope["path"]
        if len(path) > MAX_PATH:
            return UriTooLong(f"The address is too long: {MAX_PATH} characters at most.")
        if scope["method"] in _SAFE or not path.startswith("/api/"):
            return None
        if "content-type" not in headers and _has_body(headers):
            return UnsupportedMediaType("Say what the body is: Content-Type: application/json.")
        return None if _cookieless(path, headers) else self._refuse_forged(scope, headers)

    def _refuse_forged(self, scope: Scope, headers: Headers) -> Problem | None:
        """The rule against cross-site request forgery."""
        if headers.get(CSRF_HEADER) is None:
            return Forbidden(f"A change needs the header {CSRF_HEADER}: 1.")
        site = headers.get("sec-fetch-site", "same-origin")
        if "origin" in headers and not same_origin(scope, self._settings):
            return Forbidden(_foreign(scope, headers, self._settings))
        if site not in {"same-origin", "none"}:
            return Forbidden("This request comes from another site.")
        return None


def _foreign(scope: Scope, headers: Headers, settings: Settings) -> str:
    """What is wrong with the Origin. A reverse proxy that hides the name or the TLS in front looks
    like another site; the browser's own word for it says how to tell."""
    origin, site = headers.get("origin", ""), headers.get("sec-fetch-site", "")
    if site not in {"same-origin", ""}:
        return "This request comes from another site."
    here = settings.public_origin or f"{scope['scheme']}://{headers.get('host', '')}"
    return (
        f"The page is at {origin[:200]!r}, this console takes itself to be at {here[:200]!r}. If a "
        "proxy stands in front, set CRATON_PUBLIC_URL to the address browsers use."
    )


def _cookieless(path: str, headers: Headers) -> bool:
    """Whether no cookie counts: machines' hooks, and callers with a bearer token, which no
    browser adds by itself and beside which the cookie is not read."""
    bearer = headers.get("authorization", "").lower().startswith("bearer ")
    return bearer or path.startswith(_EXEMPT)


class _OversizeAsProblem:
    """Gives the framework's refusal of a too large body, plain text, the form of all errors."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._replaced = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._replaced = message[
                "status"
            ] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and "json" not in Headers(
                raw=message["headers"]
            ).get("content-type", "")
            if self._replaced:
                limit = self._scope.get(MAX_BODY_SIZE_SCOPE_KEY)
                most = f": {limit:,} bytes at most" if isinstance(limit, int) else ""
                await send_problem(
                    PayloadTooLarge(f"The body of this request is too large{most}."), self._send
                )
        if not self._replaced:
            await self._send(message)


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def decorate(headers: MutableHeaders, scope: Scope, request_id: str) -> None:
    """Add what every answer carries: the request's id and the rules for browsers."""
    headers["X-Request-Id"] = request_id
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if scope["scheme"] == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if scope["path"].startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "other")
    REQUESTS.labels(scope["method"], route, status).observe(seconds)
    if scope["path"].startswith(_FREQUENT) and status < HTTPStatus.BAD_REQUEST:
        return  # check-ins of a million machines and each layer's delivery: counted, not logged
    _log.info(
        "request",
        method=scope["method"],
        path=scope["path"][:_SHOWN],
        status=status,
        ms=round(seconds * 1000, 1),
    )
