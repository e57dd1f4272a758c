"""Connections and sockets that give nothing and want everything, against the real processes."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.consoleprocess import ConsoleProcess, launch_console
from tests.integration.http.conftest import Target
from tests.rawhttp import END, HOST, PING, connect, exchange, frame, read_all, statuses, upgrade

MIB = 1 << 20
HALF = b"GET /healthz HTTP/1.1\r\n" + HOST


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleProcess]:
    console = ConsoleProcess(tmp_path_factory.mktemp("narrow"), descriptors=160)
    console.start()
    yield console
    console.stop()


@pytest.mark.parametrize("sent", [b"", HALF, HALF + b"Content-Length: 5\r\n\r\n"])
def test_220_unfinished_requests_starve_nobody_of_160_descriptors(
    narrow: ConsoleProcess, sent: bytes
) -> None:
    port = int(narrow.url.rsplit(":", 1)[-1])
    with ExitStack() as stack:
        for _ in range(220):
            client = stack.enter_context(connect(port))
            with suppress(OSError):
                client.sendall(sent)
        assert statuses(exchange(port, HALF + END)) == [200]
        with narrow.caller() as owner:
            assert owner.get("/collections/audit").status_code in {200, 404}
            assert owner.get("/session").status_code == 200
    ends = time.monotonic() + 60
    while "connections_ended" not in narrow.log.read_text():
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_a_half_head_is_ended_and_said_in_metrics(target: Target) -> None:
    with connect(target.port) as client:
        client.settimeout(60)
        client.sendall(HALF)
        assert read_all(client) == b""
    metrics = exchange(target.port, b"GET /metrics HTTP/1.1\r\n" + HOST + END).decode()
    counted = [line for line in metrics.splitlines() if 'reason="head deadline"' in line]
    assert any(float(line.rsplit(" ", 1)[-1]) >= 1 for line in counted)


def flood(client: socket.socket, raw: bytes, seconds: float) -> None:
    """Send again and again, reading nothing, until the server hangs up or reads no more."""
    client.settimeout(2.0)
    end = time.monotonic() + seconds
    with suppress(OSError):
        while time.monotonic() < end:
            client.sendall(raw)


@pytest.mark.parametrize("signed_in", [False, True])
def test_pings_are_not_buffered(console_process: ConsoleProcess, signed_in: bool) -> None:
    console = console_process
    assert console.process is not None
    port = int(console.url.rsplit(":", 1)[-1])
    target = Target("console", port, console.process.pid, console.log)
    headers: list[bytes] = []
    with ExitStack() as stack:
        if signed_in:
            person = stack.enter_context(console.signed_in("owner", console.password))
            headers.append(b"Cookie: " + person.cookie.encode())
        client = stack.enter_context(upgrade(port, b"/api/v1/live", *headers, receive_buffer=4096))
        # What a first connection costs once (code, buffers) is no growth: it is had before.
        flood(client, frame(PING, b"x" * 125) * 8000, 2)
        before = target.memory
        flood(client, frame(PING, b"x" * 125) * 8000, 20)
        assert target.memory - before < 48 * MIB
    assert statuses(exchange(port, HALF + END)) == [200]


def test_a_new_console_is_unharmed(tmp_path) -> None:
    """The limits of a console that is started without any setting."""
    console = launch_console(tmp_path / "home", None)
    try:
        port = int(console.url.rsplit(":", 1)[-1])
        with ExitStack() as stack:
            clients = [stack.enter_context(connect(port)) for _ in range(600)]
            assert statuses(exchange(port, HALF + END)) == [200]
            # The first ones may be older by now than a head may take.
            clients[-1].sendall(HALF + END)
            assert statuses(read_all(clients[-1])) == [200]
    finally:
        console.stop()
