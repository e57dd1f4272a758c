"""uvicorn's WebSocket protocol with bounded frames.

Message size is websockets' own limit (`ws_max_size`). This bounds what has none: frames
before the handshake is answered, answers to pings that the peer does not read, control
frames and fragments without end, messages sent faster than they are taken.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from backend.http.connections import Connection, ConnectionTable, Ended, Reading
from backend.http.deflate import LargeMessages

__all__ = ["MAX_CONTROL", "MAX_FRAGMENTS", "MAX_QUEUED", "LimitedWebSocketProtocol"]

MAX_CONTROL: Final = 64
CONTROL_SECONDS: Final = 10.0
"""Pings and pongs a peer may send in so many seconds; browsers send none of their own."""
MAX_FRAGMENTS: Final = 64
MAX_QUEUED: Final = 256
"""Messages that arrived together and wait to be taken."""
POLICY_VIOLATION: Final = 1008


class LimitedWebSocketProtocol(WebSocketsSansIOProtocol):
    """One socket, as a busy connection of the console in the server's table."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn.available_extensions = [LargeMessages()]
        self._table: ConnectionTable | None = None
        self._connection: Connection | None = None
        self._control = 0
        self._control_since = 0.0
        self._pong_waits = False

    def entered(self, table: ConnectionTable, connection: Connection) -> None:
        """Take over the place of the request that asked for the upgrade."""
        self._table, self._connection = table, connection
        connection.reading = Reading.FRAMES

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the table."""
        if self._table is not None and self._connection is not None:
            self._table.release(self._connection)
        super().connection_lost(exc)

    def handle_connect(self, event: Request) -> None:
        """Read nothing until the application has answered the handshake."""
        super().handle_connect(event)
        if self.response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            self._pause()

    def handle_cont(self, event: Frame) -> None:
        """Bound the fragments of a message, of which empty ones have no size."""
        if len(self.frames) >= MAX_FRAGMENTS:
            self._refuse("too many fragments")
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """Bound the messages that arrive together."""
        if self.queue.qsize() >= MAX_QUEUED:
            self._refuse("too many messages at once")
            return
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer, unless there are too many; read no further while answers are not taken."""
        if self._too_many():
            return
        super().handle_ping()
        if not self.writable.is_set():
            self._pong_waits = True
            self._pause()

    def handle_pong(self, event: Frame) -> None:
        """Count it."""
        if not self._too_many():
            super().handle_pong(event)

    def pause_writing(self) -> None:
        """The peer does not read as fast as we send."""
        super().pause_writing()
        if self._connection is not None:
            self._connection.blocked = self.loop.time()

    def resume_writing(self) -> None:
        """It reads again, so we do."""
        super().resume_writing()
        self._pong_waits = False
        if self._connection is not None:
            self._connection.blocked = 0.0
        self._resume()

    async def receive(self) -> ASGIReceiveEvent:
        """The next event; once all are taken, more is read."""
        message = await self.queue.get()
        self._resume()
        return message

    async def send(self, message: ASGISendEvent) -> None:
        """Send; what follows the handshake may now come."""
        await super().send(message)
        if message["type"] == "websocket.accept":
            self._resume()

    def _resume(self) -> None:
        """Read on where nothing waits here. What we have to say may wait: a peer that says all it
        has before it reads would wait for us as we for it, for good."""
        taken = self.handshake_complete and self.queue.empty() and not self._pong_waits
        if self.read_paused and taken and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    def _pause(self) -> None:
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def _too_many(self) -> bool:
        now = self.loop.time()
        if now - self._control_since > CONTROL_SECONDS:
            self._control, self._control_since = 0, now
        self._control += 1
        if self._control > MAX_CONTROL:
            self._refuse("too many control frames")
        return self._control > MAX_CONTROL

    def _refuse(self, reason: str) -> None:
        """Say why and end; nothing more is read or sent."""
        if self.transport.is_closing():
            return
        if self.close_sent:
            # A goodbye waits for its answer and gets something else: more would be kept for good.
            self.transport.abort()
            return
        if self._table is not None and self._connection is not None:
            self._table.note(Ended.FRAMES, self._connection.address.group)
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": POLICY_VIOLATION})
        self.conn.fail(POLICY_VIOLATION, reason)
        if not self.writable.is_set():
            self.transport.abort()
            return
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()
