"""All live sockets of this process, and the sources that feed them."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final, Protocol

from starlette.websockets import WebSocket

from auth.principal import Principal
from backend.audit import Origin, Refusals
from backend.http.denial import Denial
from backend.live.closing import Close, CloseCode
from backend.live.connection import LiveConnection
from backend.live.metrics import COLLECTOR, SESSIONS
from backend.live.registry import Registry
from backend.live.source import Source

__all__ = ["LiveHub", "SocketAuth"]

MAX_SOCKETS: Final = 2000
MAX_SOCKETS_EACH: Final = 60


class SocketAuth(Protocol):
    """Who is behind a socket, at the handshake and ever after."""

    async def authenticate(self, websocket: WebSocket) -> Principal | int:
        """The caller, or the code to close with: 4403 foreign origin, 4401 no session."""

    async def current(self, principal: Principal) -> Principal | None:
        """The caller with the rights in force now; None when the session is over. Asked for
        every socket about once a second, so cheap."""

    def touch(self, principal: Principal) -> None:
        """The caller did something: the session is in use."""


class LiveHub:
    """Knows every session; runs the sources while `running`."""

    def __init__(
        self,
        registry: Registry,
        auth: SocketAuth,
        *,
        refusals: Refusals | None = None,
        heartbeat: float = 15.0,
        recheck: float = 0.7,
    ) -> None:
        self.registry = registry
        self.auth = auth
        self._refusals = refusals
        self.heartbeat = heartbeat
        self.patience = 2 * heartbeat + 5
        self.instance = secrets.token_hex(8)
        self._recheck_seconds = recheck
        self._rechecked = asyncio.Event()
        self._connections: set[LiveConnection] = set()
        self._each: Counter[str] = Counter()

    @contextmanager
    def connection(
        self, principal: Principal, origin: Origin | None = None
    ) -> Iterator[LiveConnection]:
        """The subscriptions of a new socket; raises `Close` when there are too many. `origin`
        is what the audit record says of its refusals."""
        if len(self._connections) >= MAX_SOCKETS or self._each[principal.id] >= MAX_SOCKETS_EACH:
            raise Close(CloseCode.TOO_MANY, "too many live sockets are open")
        session = LiveConnection(self, principal, origin)
        self._connections.add(session)
        self._each[principal.id] += 1
        SESSIONS.inc()
        try:
            yield session
        finally:
            session.close()
            self._connections.discard(session)
            self._each[principal.id] -= 1
            self._each += Counter()
            SESSIONS.dec()

    def recheck(self) -> None:
        """Rights or sessions have changed: every socket asks `SocketAuth.current` at once."""
        self._rechecked.set()
        self._rechecked = asyncio.Event()

    async def refused(self, origin: Origin, denial: Denial) -> None:
        """Record that a subscription was refused, as routes do."""
        if self._refusals is not None:
            await self._refusals.record(origin, denial.verb.value, denial.target)

    async def until_recheck(self) -> None:
        """Return after the recheck interval, or when `recheck` is called."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._recheck_seconds):
                await self._rechecked.wait()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run every source, those added later too, until the block ends."""
        tasks: dict[Source, asyncio.Task[None]] = {}

        def start(source: Source) -> None:
            name = f"live {source.collection.name}"
            tasks[source] = asyncio.create_task(source.run(), name=name)

        stop = self.registry.on_add(start)
        for source in self.registry:
            start(source)
        COLLECTOR.add(self.registry)
        try:
            yield
        finally:
            COLLECTOR.remove(self.registry)
            stop()
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
