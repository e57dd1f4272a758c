"""Caps and deadlines of connections, over real sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from backend.http import connections
from backend.http.connections import ConnectionLimits, address_group
from tests.rawhttp import END, HOST, connect, exchange, is_closed, statuses
from tests.unit.http.serving import Served, served, until

HALF = b"GET /a HTTP/1.1\r\n" + HOST
Open = Callable[..., socket.socket]


@pytest.fixture
async def server(tmp_path, monkeypatch) -> AsyncIterator[Served]:
    """Room for 16; 8 of one address, but loopback is a proxy's unless a test says not."""
    for name in ("HEAD_SECONDS", "IDLE_SECONDS", "BODY_SECONDS", "CLOSING_SECONDS"):
        monkeypatch.setattr(connections, name, 60.0)
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.02)
    async with served(tmp_path, max_connections=16, forwarded_allow_ips="127.0.0.1") as running:
        yield running


@pytest.fixture
def opened(server: Served):
    clients: list[socket.socket] = []

    def opener(sent: bytes = b"") -> socket.socket:
        client = connect(server.port)
        client.sendall(sent)
        clients.append(client)
        return client

    yield opener
    for client in clients:
        client.close()


async def asked(server: Served, path: bytes = b"/a") -> list[int]:
    raw = b"GET " + path + b" HTTP/1.1\r\n" + HOST + END
    return statuses(await asyncio.to_thread(exchange, server.port, raw))


async def test_half_heads_keep_nobody_out(server: Served, opened: Open) -> None:
    clients = [opened(HALF) for _ in range(60)]
    await until(lambda: sum(map(is_closed, clients)) >= 44)
    assert await asked(server) == [200]
    assert len(server.table) <= 16
    ended = [is_closed(client) for client in reversed(clients)]  # more may end while it is asked
    assert ended == sorted(ended), "the oldest go first"


@pytest.mark.parametrize(
    ("deadline", "sent"),
    [
        ("HEAD_SECONDS", HALF),
        ("BODY_SECONDS", b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\nabc"),
        ("IDLE_SECONDS", b""),
    ],
)
async def test_what_is_not_finished_in_time_is_ended(
    server: Served, opened: Open, monkeypatch, deadline: str, sent: bytes
) -> None:
    client = opened(sent)
    await until(lambda: len(server.table) == 1)
    assert not is_closed(client)
    monkeypatch.setattr(connections, deadline, -1.0)
    await until(lambda: is_closed(client))
    await until(lambda: len(server.table) == 0)


async def test_work_in_progress_has_no_deadline_here(
    server: Served, opened: Open, monkeypatch
) -> None:
    server.hold.clear()
    client = opened(b"GET /hold HTTP/1.1\r\n" + HOST + END)
    await until(lambda: server.seen)
    for name in ("HEAD_SECONDS", "IDLE_SECONDS", "BODY_SECONDS"):
        monkeypatch.setattr(connections, name, -1.0)
    for _ in range(5):
        await asyncio.sleep(connections.SWEEP_SECONDS)
    assert not is_closed(client)


async def test_an_answer_that_is_not_read_is_given_up(
    server: Served, opened: Open, monkeypatch
) -> None:
    monkeypatch.setattr(connections, "WRITE_SECONDS", 0.1)
    long = b"GET /" + b"y" * 30_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"
    client = opened()
    client.settimeout(0.2)

    def ask_for_ever() -> None:
        while True:
            client.sendall(long)

    with pytest.raises(OSError):
        await asyncio.to_thread(ask_for_ever)
    await until(lambda: len(server.table) == 0)


async def test_people_and_machines_do_not_starve_each_other(server: Served, opened: Open) -> None:
    server.hold.clear()
    for _ in range(14):
        opened(b"GET /v1/hold HTTP/1.1\r\n" + HOST + b"\r\n")
    await until(lambda: len(server.seen) == 12)
    assert await asked(server, b"/v1/update") == [503]
    assert await asked(server, b"/api/v1/status") == [200]
    for _ in range(4):
        opened(b"GET /hold HTTP/1.1\r\n" + HOST + b"\r\n")
    await until(lambda: len(server.seen) == 16)
    assert await asked(server, b"/api/v1/status") == [503]
    assert await asked(server, b"/healthz") == [200]


async def test_one_address_has_a_share(tmp_path) -> None:
    async with served(tmp_path, max_connections=16, max_connections_per_address=4) as running:
        running.hold.clear()
        clients = [connect(running.port) for _ in range(6)]
        try:
            for client in clients[2:]:
                client.sendall(b"GET /hold HTTP/1.1\r\n" + HOST + b"\r\n")
            await until(lambda: len(running.seen) == 4)
            await until(lambda: is_closed(clients[0]) and is_closed(clients[1]))
            late = connect(running.port)
            await until(lambda: is_closed(late))
            await until(lambda: len(running.table) == 4)
            late.close()
        finally:
            for client in clients:
                client.close()
        running.hold.set()


def test_an_ipv6_network_counts_as_one() -> None:
    assert address_group("2001:db8::1") == address_group("2001:db8::ffff:2")
    assert address_group("2001:db8:0:1::1") != address_group("2001:db8::1")
    assert address_group("::ffff:192.0.2.1") == address_group("192.0.2.1") == "192.0.2.1"
    assert address_group("::1") == "::1"


def test_trusted_proxies_are_not_capped() -> None:
    limits = ConnectionLimits.derive(100, 10, "10.0.0.0/8, 192.0.2.1")
    assert not limits.capped("10.1.2.3")
    assert not limits.capped("192.0.2.1")
    assert limits.capped("192.0.2.2")
    assert not ConnectionLimits.derive(100, 10, "*").capped("192.0.2.2")
