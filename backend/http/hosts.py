"""The outermost layer: which names this server answers to, and who may speak as a machine.

A page whose name was made to lead to us (DNS rebinding) is same-origin to a browser, so the
name itself decides, on every path:

- pages and the interface: loopback, the host of `CRATON_PUBLIC_URL`, `CRATON_ALLOWED_HOSTS` and
  the address listened on;
- what machines, probes and Prometheus ask (`/v1/`, `/healthz`, `/readyz`, `/metrics`): these,
  and any IP address, since kubelets and scrapers use the pod's, and an address cannot be
  rebound.

Machines are not browsers: a change under `/v1/` that carries an ``Origin``, a foreign
``Sec-Fetch-Site`` or a type that only forms and scripts send is refused. update_engine sends
`text/xml` and none of these; libcurl's default type passes, since old clients may use it.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.errors import BadRequest, Forbidden, Problem
from backend.http.middleware import decorate
from backend.http.origin import host_allowed, host_name
from backend.http.problems import send_problem
from backend.identity.tokens import new_token
from backend.settings import Settings

__all__ = ["HostCheck", "is_address"]

MACHINES: Final = "/v1/"
OPERATIONS: Final = ("/healthz", "/readyz", "/metrics")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_ASKED: Final = frozenset({b"host", b"origin", b"sec-fetch-site", b"content-type"})
_OF_BROWSERS: Final = (b"text/plain", b"multipart/form-data")
_REMEMBERED: Final = 256
_PORT: Final = re.compile(r":\d{1,5}\Z")
_log = structlog.get_logger("craton.http")


class HostCheck:
    """ASGI middleware around the whole of a server."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._known: dict[bytes, tuple[bool, bool]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refused = self._refuse(scope)
        if refused is None:
            await self._app(scope, receive, send)
            return
        request_id = new_token()[:16]
        _log.info(
            "request_refused", path=scope["path"][:200], reason=refused.detail, request=request_id
        )
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close"})
        else:

            async def named(message: Message) -> None:
                if message["type"] == "http.response.start":
                    decorate(MutableHeaders(scope=message), scope, request_id)
                await send(message)

            await send_problem(refused, named)

    def _refuse(self, scope: Scope) -> Problem | None:
        headers = {name: value for name, value in scope["headers"] if name in _ASKED}
        path: str = scope["path"]
        machine = path.startswith(MACHINES)
        if not self._answers_to(headers.get(b"host", b""), machine or path.startswith(OPERATIONS)):
            return BadRequest(
                "This Host name is not one the console answers to. Set CRATON_PUBLIC_URL or "
                "CRATON_ALLOWED_HOSTS."
            )
        if machine and scope["type"] == "http" and scope["method"] not in _SAFE:
            site = headers.get(b"sec-fetch-site", b"none")
            kind = headers.get(b"content-type", b"").lower()
            if b"origin" in headers or site != b"none" or kind.startswith(_OF_BROWSERS):
                return Forbidden("Only machines may ask here, not pages in a browser.")
        return None

    def _answers_to(self, host: bytes, asked_by_machines: bool) -> bool:
        """Whether `host` is ours; the few names in use are looked at once."""
        known = self._known.get(host)
        if known is None:
            text = host.decode("latin-1")
            known = host_allowed(text, self._settings), is_address(text)
            if len(self._known) < _REMEMBERED:
                self._known[host] = known
        named, address = known
        return named or (asked_by_machines and address)


def is_address(host: str) -> bool:
    """Whether a Host header holds an IP address, with or without a port."""
    if not host_name(host):
        return False
    bare = _PORT.sub("", host) if not host.endswith("]") else host
    bracketed = bare.startswith("[") and bare.endswith("]")
    try:
        found = ipaddress.ip_address(bare[1:-1] if bracketed else bare)
    except ValueError:
        return False
    return bracketed == (found.version == 6)
