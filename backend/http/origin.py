"""Which Origins and Hosts are ours (security reference, C2 and C3)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from backend.http.cookies import is_loopback
from backend.settings import Settings

__all__ = ["host_allowed", "host_name", "own_address", "same_origin"]


_LAST_PORT: Final = 65535
_HOST: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
"""RFC 9112 section 3.2, without what no browser sends: user names, paths, percent signs."""


def host_name(host: str) -> str:
    """The name in a Host header, without port, lower case; empty when malformed."""
    match = _HOST.fullmatch(host)
    if match is None or int(match["port"] or 0) > _LAST_PORT:
        return ""
    return match["name"].lower().strip("[]")


def host_allowed(host: str, settings: Settings) -> bool:
    """True for loopback, the public URL's host, the configured ones and the listen address."""
    name = host_name(host)
    public = host_name(urlsplit(settings.public_url).netloc.rpartition("@")[2])
    own = {public, settings.host.lower(), *(h.lower() for h in settings.allowed_hosts)}
    return bool(name) and (is_loopback(name) or name in own)


def same_origin(scope: Scope, settings: Settings) -> bool:
    """Whether the request's Origin is exactly ours. A missing Origin is not."""
    headers = Headers(scope=scope)
    origin = headers.get("origin", "")
    if settings.public_url and origin == settings.public_origin:
        return True
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    host = headers.get("host", "")
    return bool(host) and origin == f"{scheme}://{host}"


def own_address(connection: HTTPConnection, settings: Settings) -> str:
    """This console as browsers know it, without a slash at the end: the public URL, else what
    the request was sent to (its Host was checked)."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    return f"{connection.url.scheme}://{connection.url.netloc}"
