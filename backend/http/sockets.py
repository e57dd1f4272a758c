"""Who is behind a live socket, at the handshake and ever after."""

from __future__ import annotations

from starlette.websockets import WebSocket

from auth.principal import Principal
from backend.errors import TooManyRequests
from backend.http.callers import caller_of
from backend.http.origin import host_allowed, same_origin
from backend.identity.credentials import Identities
from backend.settings import Settings

__all__ = ["SessionSockets"]


class SessionSockets:
    """Checks Host, exact Origin and credential of a socket (security reference, C3 and C4)."""

    def __init__(self, settings: Settings, identities: Identities) -> None:
        self._settings = settings
        self._identities = identities

    async def authenticate(self, websocket: WebSocket) -> Principal | int:
        """The caller, or the code to close with: 4403 foreign origin, 4401 no session,
        4429 too many unknown tokens."""
        if not host_allowed(websocket.headers.get("host", ""), self._settings):
            return 4403
        if not _from_here(websocket, self._settings):
            return 4403
        try:
            return await caller_of(websocket, self._identities) or 4401
        except TooManyRequests:
            return 4429

    async def current(self, principal: Principal) -> Principal | None:
        """The caller with the rights in force now; None when the session is over."""
        return await self._identities.current(principal)

    def touch(self, principal: Principal) -> None:
        """The caller did something on the socket: the session is in use."""
        self._identities.touch(principal)


def _from_here(websocket: WebSocket, settings: Settings) -> bool:
    """An exact Origin; a program with a bearer token, which no browser can add to a socket, has
    none at all."""
    headers = websocket.headers
    if "origin" not in headers and headers.get("authorization", "").lower().startswith("bearer "):
        return True
    return same_origin(websocket.scope, settings)
