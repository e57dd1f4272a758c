"""Run as a script: lets the real nodes reach the API server and the registry.

Usage: `python -I -S gateway.py NAME BRIDGE ADDRESS PORT...`. The servers listen on loopback, where
a machine of its own network cannot reach them. For each port this listens on the bridge's address,
for what comes over the bridge alone, and passes it on to the same port of loopback. NAME is the
abstract socket on which it says that it works.
"""

import asyncio
import contextlib
import socket
import sys

LOOPBACK = "127.0.0.1"
CHUNK = 1 << 16


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on until one side is done; an end of sending is passed on too."""
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def _pass_on(port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        upstream_reader, upstream_writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        writer.close()
        return
    try:
        await asyncio.gather(_pump(reader, upstream_writer), _pump(upstream_reader, writer))
    finally:
        writer.close()
        upstream_writer.close()


def _listen(bridge: str, address: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, bridge.encode())
    listener.bind((address, port))
    return listener


async def _say_ok(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"ok")
    writer.close()


async def serve(name: str, bridge: str, address: str, ports: list[int]) -> None:
    """Serve until cancelled."""
    for port in ports:

        async def pass_on(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int = port
        ) -> None:
            await _pass_on(port, reader, writer)

        await asyncio.start_server(pass_on, sock=_listen(bridge, address, port))
    said = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    said.bind(f"\0{name}")
    server = await asyncio.start_unix_server(_say_ok, sock=said)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], sys.argv[3], [int(port) for port in sys.argv[4:]]))
