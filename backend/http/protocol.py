"""uvicorn's httptools protocol with limits (security reference, section 1).

httptools refuses ambiguous framing; this adds what it lets through: a head without end,
too many fields, more or less than one ``Host``, targets that are not a path, trailers
(RFC 9112 section 7.1.2 lets a recipient discard them: after the head nothing is a header),
framing without content, and requests queued without end. A refusal ends the connection:
nothing behind it is read, and complete requests before it are still answered.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from backend.http.connections import BODY, HEAD, NOTHING, Connection, Ended, LimitedConfig, Use
from backend.http.websocket import LimitedWebSocketProtocol

__all__ = ["MAX_FIELDS", "MAX_HEAD", "MAX_PIPELINED", "MAX_TRAILERS", "CheckedHttpProtocol"]

MAX_HEAD: Final = 64 * 1024
MAX_FIELDS: Final = 100
MAX_TRAILERS: Final = 8 * 1024
"""Bytes of a body's framing (a chunk's extension, trailers) without content in between."""
MAX_PIPELINED: Final = 32
"""Requests sent ahead of the answer to the first."""

_VERSIONS: Final = ("1.0", "1.1")
_FRAMING: Final = frozenset({b"host", b"transfer-encoding", b"expect"})


def _answer(status: str, title: str, *more: str) -> bytes:
    body = f'{{"type":"about:blank","status":{status[:3]},"title":"{title}"}}\n'
    head = (
        f"HTTP/1.1 {status}", "content-type: application/problem+json",
        "x-content-type-options: nosniff", "connection: close",
        f"content-length: {len(body)}", *more,
    )  # fmt: skip
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


_MALFORMED: Final = _answer("400 Bad Request", "The request is not valid HTTP.")
_BUSY: Final = _answer(
    "503 Service Unavailable", "Too many requests are in progress; try again.", "retry-after: 5"
)


class _RefusedError(Exception):
    """Ends the parser from inside one of its callbacks."""


class CheckedHttpProtocol(HttpToolsProtocol):
    """HTTP/1.1 with bounded, unambiguous requests, entered into the server's table."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = cast(LimitedConfig, self.config).connections
        self._prefix = cast(LimitedConfig, self.config).prefix
        self._connection: Connection | None = None
        self._refused = False
        self._unanswered = 0
        self._raw_head = 0
        self._in_head = True
        self._fields = 0
        self._field_bytes = 0
        self._hosts = 0
        self._codings: list[bytes] = []
        self._framing = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Enter the table, or end at once."""
        super().connection_made(transport)
        self._connection = self._table.admit(
            transport, self.flow, self.client[0] if self.client else ""
        )
        self._refused = self._connection is None

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the table."""
        if self._connection is not None:
            self._table.release(self._connection)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bound the bytes of an unfinished head or of framing before they are parsed."""
        connection = self._connection
        if self._refused or connection is None:
            return
        if self._in_head:
            self._raw_head += len(data)
            if connection.reading is NOTHING:
                connection.reading, connection.since = HEAD, self.loop.time()
            if self._raw_head > MAX_HEAD and b"\r\n\r\n" not in data:
                self._refuse()
                return
        else:
            self._framing += len(data)
        super().data_received(data)
        if not self._in_head and self._framing > MAX_TRAILERS:
            self._refuse()

    def on_message_begin(self) -> None:
        """A new head starts: forget the counts of the one before."""
        if self._refused:
            raise _RefusedError
        self._in_head, self._raw_head = True, 0
        self._fields = self._field_bytes = self._hosts = 0
        self._codings.clear()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field; those behind the head are trailers, counted and dropped."""
        if not self._in_head:
            self._trailer(len(name) + len(value))
            return
        name = name.lower()
        self._field_bytes += len(name) + len(value)
        if name in _FRAMING:
            self._frame(name, value)
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Refuse the head, or let uvicorn go on with it."""
        large = len(self.headers) > MAX_FIELDS or self._field_bytes + len(self.url) > MAX_HEAD
        if (
            large
            or self._hosts != 1
            or self.parser.get_http_version() not in _VERSIONS
            or (self._codings and self._codings != [b"chunked"])
            or not self.url.startswith(b"/")
            or self._unanswered > MAX_PIPELINED
        ):
            self._stop()
        self._begin()
        self._in_head = False
        self._fields = self._field_bytes = self._framing = 0
        self._unanswered += 1
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """A chunk begins: its framing so far was in proportion."""
        self._framing = 0

    def on_body(self, body: bytes) -> None:
        """Count what came."""
        self._framing = max(0, self._framing - len(body))
        if self._connection is not None:
            self._connection.received += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The body ended; what follows is a new head."""
        self._in_head, self._raw_head = True, 0
        if self._connection is not None:
            self._connection.reading = NOTHING
            self._connection.since = self.loop.time()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """One answer is out: go on with what was asked behind it. As uvicorn's, without its timer
        for each answer (4 us): the table ends whoever stays idle as long."""
        self._unanswered -= 1
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.flow.resume_reading()
            if self.pipeline:
                self._start_asgi_task(*self.pipeline.pop())
        if self._connection is not None and not self._unanswered:
            self._table.rest(self._connection, self.loop.time())

    def pause_writing(self) -> None:
        """The peer does not read as fast as we answer."""
        super().pause_writing()
        if self._connection is not None:
            self._connection.blocked = self.loop.time()

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        if self._connection is not None:
            self._connection.blocked = 0.0

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, with its place in the table."""
        connection, self._connection = self._connection, None
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if connection is not None and isinstance(protocol, LimitedWebSocketProtocol):
            protocol.entered(self._table, connection)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's signature)
        """Uvicorn's word for a request the parser refused."""
        self._refuse()

    def _frame(self, name: bytes, value: bytes) -> None:
        """What decides where the request goes and ends, and whether its body waits."""
        if name == b"host":
            self._hosts += 1
        elif name == b"transfer-encoding":
            self._codings.append(value.lower())
        elif value.lower() == b"100-continue":
            self.expect_100_continue = True

    def _trailer(self, size: int) -> None:
        self._fields += 1
        self._field_bytes += size
        if self._fields > MAX_FIELDS or self._field_bytes > MAX_TRAILERS:
            self._stop()

    def _begin(self) -> None:
        """Take a place among the busy, or answer that there is none."""
        connection = self._connection
        if connection is None:
            raise _RefusedError
        connection.reading, connection.since = BODY, self.loop.time()
        connection.received = 0
        use = Use.of(self.url.removeprefix(self._prefix))
        if connection.use is None and not self._table.begin(connection, use):
            self._refuse(_BUSY, noted=True)
            raise _RefusedError

    def _stop(self) -> None:
        self._refuse()
        raise _RefusedError

    def _refuse(self, answer: bytes = _MALFORMED, *, noted: bool = False) -> None:
        """Answer and close, once what was asked completely before is answered."""
        if self._refused:
            return
        self._refused = True
        if self._connection is not None and not noted:
            self._table.note(Ended.MALFORMED, self._connection.address.group)
        if self.transport.is_closing():
            return
        if self._unanswered and not self.cycle.more_body:
            self.cycle.keep_alive = False
            return
        if not (self._unanswered and self.cycle.response_started):
            self.transport.write(answer)
        self.transport.close()
