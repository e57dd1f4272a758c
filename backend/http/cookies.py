"""The session and device cookies: ``__Host-`` over HTTPS, plain names only on loopback HTTP.

Below a path of its host (`Settings.path_prefix`) the console shares the host with others: its
cookies are for that path, and ``__Secure-``, since ``__Host-`` is for whole hosts.

The session's says who is signed in. The device's says only that this browser signed in before:
it opens nothing, and keeps its owner from being locked out by other people's wrong passwords
(`backend.identity.limits`). The attempt's says that a sign-in that takes several steps (by a
provider, with a second factor) was begun in this browser, so that nobody can be made to end one
that somebody else began. All attempts of a browser have the one cookie.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from backend.parts import parts_of
from backend.settings import Settings

__all__ = [
    "attempt_cookie",
    "clear_session_cookie",
    "has_session_cookie",
    "is_loopback",
    "read_attempt_cookie",
    "read_device_cookie",
    "read_session_cookie",
    "set_attempt_cookie",
    "set_device_cookie",
    "set_session_cookie",
]

SECURE_NAME: Final = "__Host-craton"
BELOW_NAME: Final = "__Secure-craton"
LOOPBACK_NAME: Final = "craton-session"
SECURE_DEVICE: Final = "__Host-craton-device"
BELOW_DEVICE: Final = "__Secure-craton-device"
LOOPBACK_DEVICE: Final = "craton-device"
SECURE_ATTEMPT: Final = "__Host-craton-signin"
BELOW_ATTEMPT: Final = "__Secure-craton-signin"
LOOPBACK_ATTEMPT: Final = "craton-signin"
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
    """The session cookie's value; an over-long one is no session of ours."""
    return _read(connection, _session_name(connection))


def has_session_cookie(header: str) -> bool:
    """Whether a `Cookie` header has a session's cookie, whatever it is worth."""
    names = {pair.partition("=")[0].strip() for pair in header.split(";")}
    return bool(names & {SECURE_NAME, BELOW_NAME, LOOPBACK_NAME})


def read_device_cookie(connection: HTTPConnection) -> str | None:
    """The device cookie's value."""
    return _read(connection, _device_name(connection))


def read_attempt_cookie(connection: HTTPConnection) -> str | None:
    """The value of the cookie of sign-ins by provider."""
    return _read(connection, _attempt_name(connection))


def set_attempt_cookie(
    connection: HTTPConnection, response: Response, token: str, max_age: float
) -> None:
    """Send the cookie that a provider's answer must come back with."""
    _set(connection, response, _attempt_name(connection), token, max_age)


def attempt_cookie(connection: HTTPConnection, token: str, max_age: float) -> str:
    """The same as a header, for an answer that is a problem."""
    response = Response()
    set_attempt_cookie(connection, response, token, max_age)
    return response.headers["set-cookie"]


def set_session_cookie(
    connection: HTTPConnection, response: Response, token: str, max_age: float
) -> None:
    """Send the cookie: HttpOnly, SameSite=Lax, for our path, no Domain; Secure unless loopback."""
    _set(connection, response, _session_name(connection), token, max_age)


def set_device_cookie(
    connection: HTTPConnection, response: Response, token: str, max_age: float
) -> None:
    """Send the cookie that makes this browser known to the account."""
    _set(connection, response, _device_name(connection), token, max_age)


def clear_session_cookie(connection: HTTPConnection, response: Response) -> None:
    """Remove it from the browser."""
    response.delete_cookie(
        _session_name(connection),
        path=f"{_prefix(connection)}/",
        secure=_secure(connection),
        httponly=True,
        samesite="lax",
    )


def _session_name(connection: HTTPConnection) -> str:
    if not _secure(connection):
        return LOOPBACK_NAME
    return BELOW_NAME if _prefix(connection) else SECURE_NAME


def _device_name(connection: HTTPConnection) -> str:
    if not _secure(connection):
        return LOOPBACK_DEVICE
    return BELOW_DEVICE if _prefix(connection) else SECURE_DEVICE


def _attempt_name(connection: HTTPConnection) -> str:
    if not _secure(connection):
        return LOOPBACK_ATTEMPT
    return BELOW_ATTEMPT if _prefix(connection) else SECURE_ATTEMPT


def _prefix(connection: HTTPConnection) -> str:
    return parts_of(connection).get(Settings).path_prefix


def _read(connection: HTTPConnection, name: str) -> str | None:
    value = connection.cookies.get(name)
    return value if value and len(value) <= _MAX_LENGTH else None


def _set(
    connection: HTTPConnection, response: Response, name: str, value: str, max_age: float
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(max_age),
        path=f"{_prefix(connection)}/",
        secure=_secure(connection),
        httponly=True,
        samesite="lax",
    )


def _secure(connection: HTTPConnection) -> bool:
    public_url: str = parts_of(connection).get(Settings).public_url
    if connection.url.scheme in {"https", "wss"} or public_url.startswith("https://"):
        return True
    return not is_loopback(connection.url.hostname or "")
