"""One connection to a directory server: whole messages, bounded, and TLS.

Bytes that came before TLS began are never read as if they had come over it: there must be none
when it begins, and what still comes goes into the handshake, which fails.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import httpcore2
from cryptography import x509

from auth.ldap.ber import Malformed, whole
from backend.providers.outward import Unreachable

__all__ = ["Wire", "spoken"]

_CHUNK: Final = 65_536
SECONDS: float = 10.0
"""For one piece; the whole conversation has its own end."""


class Wire:
    """Sends messages to `server` and reads what it answers."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream, server: str) -> None:
        self._stream = stream
        self._server = server
        self._buffer = bytearray()

    async def send(self, data: bytes) -> None:
        """Send it."""
        await self._stream.write(data, SECONDS)

    async def frame(self) -> bytes:
        """The next message. Raises `Malformed` and `Unreachable`."""
        while (size := whole(self._buffer)) is None or len(self._buffer) < size:
            more = await self._stream.read(_CHUNK, SECONDS)
            if not more:
                raise Unreachable(f"{self._server} closed the connection")
            self._buffer += more
        found = bytes(self._buffer[:size])
        del self._buffer[:size]
        return found

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on over TLS, with whom the certificate says is `host`."""
        if self._buffer:
            raise Malformed("something was sent before TLS began")
        self._stream = await self._stream.start_tls(context, host, SECONDS)

    def certificate(self) -> x509.Certificate | None:
        """What the server showed; None without TLS."""
        tls: Any = self._stream.get_extra_info("ssl_object")
        shown = tls.getpeercert(binary_form=True) if tls is not None else None
        return x509.load_der_x509_certificate(shown) if shown else None

    def tls_version(self) -> str:
        """Which TLS is spoken, empty for none."""
        tls: Any = self._stream.get_extra_info("ssl_object")
        return str(tls.version() or "") if tls is not None else ""

    async def close(self) -> None:
        """Close it."""
        with suppress(Exception):
            await self._stream.aclose()


@asynccontextmanager
async def spoken(server: str) -> AsyncIterator[None]:
    """A block that speaks with `server`: what goes wrong on the way is `Unreachable`."""
    try:
        yield
    except (TimeoutError, httpcore2.TimeoutException):
        raise Unreachable(f"{server} did not answer in time") from None
    except Malformed as error:
        raise Unreachable(f"{server}: {error}") from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
        raise Unreachable(
            f"{server} cannot be reached: {str(error)[:200] or 'no route'}"
        ) from error
