"""Frames without end are refused, over a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from backend.http.websocket import MAX_CONTROL
from tests.rawhttp import CONTINUATION, PING, PONG, TEXT, frame, is_closed, read_all, upgrade
from tests.unit.http.serving import Served, served, until

FLOOD = 200_000


@pytest.fixture
async def server(tmp_path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running


async def opened(server: Served) -> socket.socket:
    client = await asyncio.to_thread(upgrade, server.port, b"/live")
    answer = await asyncio.to_thread(client.recv, 65536)
    assert b" 101 " in answer
    assert answer.lower().count(b"x-content-type-options: nosniff") == 1
    return client


async def sent(client: socket.socket, raw: bytes) -> bytes:
    """What comes back until the server hangs up."""

    def run() -> bytes:
        with suppress(OSError):
            client.sendall(raw)
        return read_all(client)

    with client:
        return await asyncio.to_thread(run)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(frame(PING, b"x" * 125) * FLOOD, id="pings"),
        pytest.param(frame(PONG, b"x" * 125) * FLOOD, id="pongs"),
        pytest.param(
            frame(TEXT, fin=False) + frame(CONTINUATION, fin=False) * FLOOD, id="empty fragments"
        ),
        pytest.param(frame(TEXT, b"{}") * FLOOD, id="messages at once"),
    ],
)
async def test_a_flood_is_ended(server: Served, raw: bytes) -> None:
    client = await opened(server)
    await sent(client, raw)
    await until(lambda: len(server.table) == 0)


async def test_some_pings_are_answered(server: Served) -> None:
    client = await opened(server)
    with client:
        for _ in range(MAX_CONTROL):
            client.sendall(frame(PING, b"hello"))
            assert await asyncio.to_thread(client.recv, 7, socket.MSG_WAITALL) == b"\x8a\x05hello"
        assert not is_closed(client)


async def test_nothing_is_buffered_before_the_handshake_is_answered(server: Served) -> None:
    """The peer's own send buffer fills instead."""
    server.hold.clear()
    client = await asyncio.to_thread(upgrade, server.port, b"/live")
    await until(lambda: server.seen)
    client.settimeout(1.0)
    raw = frame(PING, b"x" * 125) * FLOOD
    with client, pytest.raises(TimeoutError):
        await asyncio.to_thread(client.sendall, raw)
    server.hold.set()


async def test_a_socket_counts_as_a_connection_until_it_ends(server: Served) -> None:
    client = await opened(server)
    assert len(server.table) == 1
    client.close()
    await until(lambda: len(server.table) == 0)


async def talks_to_the_deaf(server: Served, client: socket.socket) -> None:
    """Return once the server has so much to say that it waits for the client to read."""
    client.sendall(frame(TEXT, b"talk"))
    said = -1
    while not said == server.said > 0:
        said = server.said
        await asyncio.sleep(0.3)


async def test_who_says_all_before_it_listens_is_heard(server: Served) -> None:
    """A client that answers each message before it reads the next one: were nothing read of it
    while it does not read, each side would wait for the other for good."""
    client = await opened(server)
    with client:
        client.settimeout(20)
        await talks_to_the_deaf(server, client)
        answer = frame(TEXT, b"x" * 8000) * 2
        for _ in range(1000):
            await asyncio.to_thread(client.sendall, answer)
        await until(lambda: server.heard == 2001, 20)


async def test_nothing_is_read_while_answers_to_pings_wait(server: Served) -> None:
    client = await opened(server)
    with client:
        await talks_to_the_deaf(server, client)
        client.sendall(frame(PING, b"hello"))
        await asyncio.sleep(0.2)
        client.settimeout(1.0)
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(client.sendall, frame(TEXT, b"x" * 8000) * 2000)
    assert server.heard <= 2
