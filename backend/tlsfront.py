"""TLS in front of a console on this machine: kubectl sends its credential over nothing else.

A pipe and no proxy: bytes are passed on as they are. `craton up` puts it before the console, with
a certificate of the local stack's authority.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

__all__ = ["tls_front"]

_PIECE: Final = 64 * 1024
_MOST: Final = 512
"""Connections at once."""


@asynccontextmanager
async def tls_front(to: int, certificate: Path, key: Path, port: int = 0) -> AsyncIterator[int]:
    """The loopback port that answers with TLS for the one at `to`, while the block runs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    places = asyncio.Semaphore(_MOST)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if places.locked():
            writer.transport.abort()
            return
        async with places:
            await _pipe(reader, writer, to)

    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: int) -> None:
    try:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", to)
    except OSError:
        writer.transport.abort()
        return
    ways = (_copy(reader, inner_writer), _copy(inner_reader, writer))
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for one in (writer, inner_writer):
            one.transport.abort() if one.transport.is_closing() else one.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
