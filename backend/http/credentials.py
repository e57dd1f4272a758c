"""What a request presents: a bearer token, or else the session cookie."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection

from auth.principal import CredentialKind
from auth.tokens import is_device_token
from backend.http.cookies import read_session_cookie
from backend.identity.credentials import Presented

__all__ = ["bearer_token", "read_credential"]

_MAX_LENGTH: Final = 128


def bearer_token(authorization: str) -> str | None:
    """The token of an Authorization header; None when it is no bearer's or over-long."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _MAX_LENGTH:
        return None
    return token


def read_credential(connection: HTTPConnection) -> Presented | None:
    """The one credential that counts. With an Authorization header the cookie is ignored:
    a wrong token must not fall back to that browser's session. A command line's session is
    presented as a bearer token and never as a cookie, a browser's only as one."""
    authorization = connection.headers.get("authorization")
    if authorization is not None:
        token = bearer_token(authorization)
        return _borne(token) if token else None
    cookie = read_session_cookie(connection)
    if not cookie or is_device_token(cookie):
        return None
    return Presented(CredentialKind.SESSION, cookie)


def _borne(token: str) -> Presented:
    kind = CredentialKind.SESSION if is_device_token(token) else CredentialKind.TOKEN
    return Presented(kind, token)
