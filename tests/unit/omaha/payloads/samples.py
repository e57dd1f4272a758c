"""Small payloads made on the spot."""

import hashlib
import struct
from collections.abc import AsyncIterator


def payload(data: bytes = b"blobs", manifest: bytes = b"manifest") -> bytes:
    return struct.pack(">4sQQ", b"CrAU", 1, len(manifest)) + manifest + data


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def stream(data: bytes, step: int = 7) -> AsyncIterator[bytes]:
    for start in range(0, len(data), step):
        yield data[start : start + step]


class Broken(Exception):
    """The connection went away."""


async def broken(data: bytes) -> AsyncIterator[bytes]:
    yield data
    raise Broken
