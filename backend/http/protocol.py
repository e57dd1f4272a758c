"""uvicorn's httptools protocol with head limits (security reference, section 1).

httptools refuses ambiguous framing; this adds what it lets through: a head without end,
too many fields, more or less than one ``Host``, and targets that are not a path.
"""

from __future__ import annotations

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["MAX_FIELDS", "MAX_HEAD", "CheckedHttpProtocol"]

MAX_HEAD: Final = 64 * 1024
MAX_FIELDS: Final = 100

_REFUSAL: Final = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\n"
    b'connection: close\r\ncontent-length: 77\r\n\r\n{"type":"about:blank","status":400,'
    b'"title":"The request head is not valid."}\n'
)


class CheckedHttpProtocol(HttpToolsProtocol):
    """HTTP/1.1 with a bounded, unambiguous request head."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._raw_head = 0
        self._in_head = True
        self._fields = 0
        self._field_bytes = 0
        self._hosts = 0

    def data_received(self, data: bytes) -> None:
        """Bound the bytes of an unfinished head before they are parsed."""
        if self._in_head:
            self._raw_head += len(data)
            if self._raw_head > MAX_HEAD and b"\r\n\r\n" not in data:
                self._refuse()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A new head starts: forget the counts of the one before."""
        self._in_head, self._raw_head = True, 0
        self._fields = self._field_bytes = self._hosts = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count fields and their bytes."""
        self._fields += 1
        self._field_bytes += len(name) + len(value)
        self._hosts += name.lower() == b"host"
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Refuse the head, or let uvicorn go on with it."""
        self._in_head = False
        too_large = self._fields > MAX_FIELDS or self._field_bytes + len(self.url) > MAX_HEAD
        if too_large or self._hosts != 1 or not self.url.startswith(b"/"):
            self._refuse()
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body ended; what follows is a new head."""
        self._in_head, self._raw_head = True, 0
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        """Drop the body of a refused request."""
        if not self.transport.is_closing():
            super().on_body(body)

    def handle_websocket_upgrade(self) -> None:
        """Upgrade, unless the head was refused."""
        if not self.transport.is_closing():
            super().handle_websocket_upgrade()

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()
