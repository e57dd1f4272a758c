"""A small HTTP/1.1 client for one server: keep-alive, one request in flight per connection."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

MAX_ANSWER: Final = 1 << 20


class Unanswered(Exception):
    """The connection broke, the answer made no sense, or it did not come in time."""


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where to post: parsed from an http:// URL."""

    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> ServiceAddress:
        """The target of `url`, with `/v1/update/` when it has no path."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{url} is not an http:// URL such as http://127.0.0.1:8080")
        path = parts.path if parts.path not in ("", "/") else "/v1/update/"
        return cls(parts.hostname, parts.port or 80, path)


class ClientConnection:
    """One connection, opened on first use and again after a failure."""

    def __init__(self, target: ServiceAddress, timeout: float = 30.0) -> None:
        self._target = target
        self._timeout = timeout
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._head = (
            f"POST {target.path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n"
            "Content-Type: text/xml\r\nContent-Length: "
        ).encode()

    async def post(self, content: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. Raises `Unanswered`."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._post(content)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            self.close()
            raise Unanswered(str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Drop the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _post(self, content: bytes) -> tuple[int, bytes]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                self._target.host, self._target.port, limit=MAX_ANSWER
            )
        self._writer.write(b"%s%d\r\n\r\n%s" % (self._head, len(content), content))
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = _length(head)
        if length > MAX_ANSWER:
            raise ValueError("the answer is too large")
        body = await self._reader.readexactly(length)
        if b"connection: close" in head.lower():
            self.close()
        return status, body


def _length(head: bytes) -> int:
    low = head.lower()
    start = low.find(b"content-length:")
    if start < 0:
        raise ValueError("the answer has no Content-Length")
    return int(low[start + 15 : low.index(b"\r\n", start)])
