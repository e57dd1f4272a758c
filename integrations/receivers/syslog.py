"""Syslog over a stream: RFC 5424 messages with octet counting (RFC 5425, RFC 6587)."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from integrations.contract import UpstreamUnreachable
from integrations.receivers.line import Line
from integrations.receivers.settings import SyslogReceiver

__all__ = ["SyslogSender", "message"]

SECONDS: Final = 20.0
_CLOSE_SECONDS: Final = 2.0
_NOTICE: Final = 5
_WARNING: Final = 4
_MOST_SEQUENCE: Final = 2**31 - 1
"""RFC 5424, 7.3.1: then it begins again at 1."""
_BOM: Final = b"\xef\xbb\xbf"


class SyslogSender:
    """One connection for each batch: certificates are read anew and nothing stands open."""

    def __init__(self, settings: SyslogReceiver) -> None:
        self._settings = settings

    async def send(self, lines: Sequence[Line]) -> None:
        """Connect, write everything, close."""
        host, facility = socket.gethostname() or "-", self._settings.facility
        data = b"".join(_counted(message(line, facility, host)) for line in lines)
        context = await asyncio.to_thread(self._context)
        try:
            async with asyncio.timeout(SECONDS):
                await self._write(data, context)
        except TimeoutError:
            text = f"it did not take the entries within {SECONDS:.0f} seconds"
            raise UpstreamUnreachable(self._settings.name, text, timeout=True) from None
        except ssl.SSLCertVerificationError as error:
            text = f"its certificate is not accepted: {error.verify_message}"
            raise UpstreamUnreachable(self._settings.name, text) from error
        except OSError as error:  # those of TLS too
            text = f"{self._place} cannot be reached: {error.strerror or error}"
            raise UpstreamUnreachable(self._settings.name, text[:500]) from error

    async def _write(self, data: bytes, context: ssl.SSLContext | None) -> None:
        where = self._settings
        reader, writer = await asyncio.open_connection(where.host, where.port, ssl=context)
        try:
            writer.write(data)
            await writer.drain()
            # A server that refuses our certificate says so only after the handshake (TLS 1.3).
            if reader.at_eof() or reader.exception() is not None:
                raise ConnectionResetError("it closed the connection")
        finally:
            writer.close()
            # It has taken them: how long it takes to close is its own affair.
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await writer.wait_closed()
            writer.transport.abort()

    def _context(self) -> ssl.SSLContext | None:
        """Blocking; raises `ConfigurationError`."""
        settings = self._settings
        return settings.material.context(settings.name) if settings.tls else None

    @property
    def _place(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"


def message(line: Line, facility: int, host: str) -> bytes:
    """One message: the time it happened, who we are, its place, and the JSON as UTF-8."""
    priority = facility * 8 + (_WARNING if line.warning else _NOTICE)
    at = datetime.fromtimestamp(line.at, UTC).isoformat(timespec="milliseconds")
    at = at.replace("+00:00", "Z")
    number = (line.sequence - 1) % _MOST_SEQUENCE + 1
    head = f"<{priority}>1 {at} {_printed(host)} craton {os.getpid()} audit"
    return f'{head} [meta sequenceId="{number}"] '.encode() + _BOM + line.text.encode()


def _printed(host: str) -> str:
    """PRINTUSASCII, at most 255 characters; nothing else is a name of a host (RFC 5424, 6)."""
    return "".join(c for c in host if "!" <= c <= "~")[:255] or "-"


def _counted(data: bytes) -> bytes:
    return b"%d %s" % (len(data), data)
