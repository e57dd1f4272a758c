"""The session cookie: ``__Host-`` over HTTPS, a plain name only on loopback HTTP."""

from __future__ import annotations

import ipaddress
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

__all__ = ["clear_session_cookie", "is_loopback", "read_session_cookie", "set_session_cookie"]

SECURE_NAME: Final = "__Host-craton"
LOOPBACK_NAME: Final = "craton-session"
_MAX_LENGTH: Final = 128


def is_loopback(host: str) -> bool:
    """True for localhost and loopback addresses, without port."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_session_cookie(connection: HTTPConnection) -> str | None:
    """The cookie's value; an over-long one is no session of ours."""
    name = SECURE_NAME if _secure(connection) else LOOPBACK_NAME
    value = connection.cookies.get(name)
    return value if value and len(value) <= _MAX_LENGTH else None


def set_session_cookie(
    connection: HTTPConnection, response: Response, token: str, max_age: float
) -> None:
    """Send the cookie: HttpOnly, SameSite=Lax, Path=/, no Domain; Secure unless loopback."""
    secure = _secure(connection)
    response.set_cookie(
        SECURE_NAME if secure else LOOPBACK_NAME,
        token,
        max_age=int(max_age),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(connection: HTTPConnection, response: Response) -> None:
    """Remove it from the browser."""
    secure = _secure(connection)
    name = SECURE_NAME if secure else LOOPBACK_NAME
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def _secure(connection: HTTPConnection) -> bool:
    public_url: str = connection.app.state.console.settings.public_url
    if connection.url.scheme in {"https", "wss"} or public_url.startswith("https://"):
        return True
    return not is_loopback(connection.url.hostname or "")
