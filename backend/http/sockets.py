"""Who is behind a live socket, at the handshake and ever after."""

from __future__ import annotations

from starlette.websockets import WebSocket

from auth.principal import Principal
from backend.http.credentials import read_credential
from backend.http.origin import host_allowed, same_origin
from backend.identity.credentials import Identities
from backend.settings import Settings

__all__ = ["SessionSockets"]


class SessionSockets:
    """Checks Host, exact Origin and session of a socket (security reference, C3 and C4)."""

    def __init__(self, settings: Settings, identities: Identities) -> None:
        self._settings = settings
        self._identities = identities

    async def authenticate(self, websocket: WebSocket) -> Principal | int:
        """The caller, or the code to close with: 4403 foreign origin, 4401 no session."""
        if not host_allowed(websocket.headers.get("host", ""), self._settings):
            return 4403
        if not same_origin(websocket.scope, self._settings):
            return 4403
        presented = read_credential(websocket)
        principal = await self._identities.resolve(presented) if presented else None
        return principal or 4401

    async def current(self, principal: Principal) -> Principal | None:
        """The caller with the rights in force now; None when the session is over."""
        return await self._identities.current(principal)

    def touch(self, principal: Principal) -> None:
        """The caller did something on the socket: the session is in use."""
        self._identities.touch(principal)
