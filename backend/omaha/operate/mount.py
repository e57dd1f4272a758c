"""Serves what machines ask for, ahead of everything else an application does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from backend.omaha.checkin.endpoint import Message, Receive, Send, UpdateEndpoint

App = Callable[[Message, Receive, Send], Awaitable[None]]


class UpdateMount:
    """ASGI middleware, to be the outermost layer.

    The update paths go to `endpoint` with nothing in between (a router and other layers cost
    a check more than half of its speed), the rest to `app`.
    """

    def __init__(self, app: App, endpoint: UpdateEndpoint) -> None:
        self._app = app
        self._endpoint = endpoint
        self._paths = frozenset(endpoint.paths)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http" and scope["path"] in self._paths:
            await self._endpoint(scope, receive, send)
        else:
            await self._app(scope, receive, send)
