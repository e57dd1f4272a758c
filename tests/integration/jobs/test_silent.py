"""A process that stands still between the two halves of a statement holds nobody up for ever."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import make_url

from backend.jobs import Timing
from tests.integration.jobs.worker import COUNT, Count
from tests.unit.jobs.replicas import Replica

pytestmark = [pytest.mark.timeout(600), pytest.mark.postgres]
CLAIMS = 0x6A_6F_62_73


def message(kind: bytes, body: bytes) -> bytes:
    """A message of PostgreSQL's protocol 3.0."""
    return kind + struct.pack("!i", len(body) + 4) + body


def read_until_ready(line: socket.socket) -> None:
    """What the server says, to its ReadyForQuery; fails at an error."""
    with line.makefile("rb") as answers:
        while True:
            kind = answers.read(1)
            (length,) = struct.unpack("!i", answers.read(4))
            body = answers.read(length - 4)
            assert kind != b"E", body
            if kind == b"Z":
                return


@pytest.fixture
def half_said(postgres_url: str) -> Iterator[socket.socket]:
    """A session with the lock of claims that began a statement and says no more."""
    url = make_url(postgres_url)
    with socket.create_connection((url.host, url.port), timeout=60) as line:
        names = f"user\0{url.username}\0database\0{url.database}\0\0".encode()
        line.sendall(struct.pack("!ii", len(names) + 8, 196608) + names)
        read_until_ready(line)
        for words in ("BEGIN", f"SELECT pg_advisory_xact_lock({CLAIMS})"):
            line.sendall(message(b"Q", words.encode() + b"\0"))
            read_until_ready(line)
        line.sendall(message(b"P", b"\0SELECT 1\0" + struct.pack("!h", 0)) + message(b"H", b""))
        yield line


async def test_jobs_are_claimed_again(half_said: socket.socket, postgres_url: str) -> None:
    assert half_said.fileno() > 0
    timing = Timing(lease=2.0, flush=0.1, retry=0.1)
    replica = await Replica(postgres_url, COUNT, timing=timing).start(migrate=False)
    try:
        started = await replica.jobs.start(COUNT, Count(0))
        assert (await replica.ended(started.id, 120)).state == "succeeded"
    finally:
        await replica.stop()
