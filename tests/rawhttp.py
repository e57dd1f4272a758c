"""Raw bytes to a server: what no HTTP library would send."""

from __future__ import annotations

import base64
import os
import socket
import struct
from contextlib import suppress

HOST = b"Host: 127.0.0.1\r\n"
END = b"Connection: close\r\n\r\n"
SILENCE_SECONDS = 60.0


def connect(port: int, *, receive_buffer: int = 0) -> socket.socket:
    """A connection to the server on loopback."""
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(SILENCE_SECONDS)
    client.connect(("127.0.0.1", port))
    return client


def read_all(client: socket.socket) -> bytes:
    """What comes until the end of the connection, or a long silence."""
    received = b""
    with suppress(OSError):
        while chunk := client.recv(65536):
            received += chunk
    return received


def exchange(port: int, raw: bytes) -> bytes:
    """Send the bytes; everything that comes back until the server closes."""
    with connect(port) as client:
        with suppress(OSError):
            client.sendall(raw)
        return read_all(client)


def statuses(received: bytes) -> list[int]:
    """The status codes of the answers in it."""
    return [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]


def is_closed(client: socket.socket) -> bool:
    """Whether the server has ended the connection (nothing is consumed)."""
    client.setblocking(False)
    try:
        return client.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        client.settimeout(SILENCE_SECONDS)


def upgrade(port: int, path: bytes, *headers: bytes, receive_buffer: int = 0) -> socket.socket:
    """A socket after its WebSocket handshake was sent."""
    client = connect(port, receive_buffer=receive_buffer)
    key = base64.b64encode(os.urandom(16))
    lines = [
        b"GET " + path + b" HTTP/1.1",
        b"Host: 127.0.0.1:%d" % port,
        b"Origin: http://127.0.0.1:%d" % port,
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: " + key,
        *headers,
    ]
    client.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
    return client


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True) -> bytes:
    """A masked client frame (mask of zeros) of less than 64 KiB."""
    first, count = opcode | (0x80 if fin else 0), len(payload)
    short = struct.pack("!BB", first, 0x80 | min(count, 126))
    return short + (struct.pack("!H", count) if count > 125 else b"") + bytes(4) + payload


PING, PONG, TEXT, CONTINUATION = 9, 10, 1, 0
