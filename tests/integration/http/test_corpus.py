"""Raw bytes against the real processes (security reference, section 1)."""

from __future__ import annotations

import pytest

from tests.integration.http.conftest import Target
from tests.rawhttp import END, HOST, exchange, statuses

MIB = 1 << 20
MORE = b"GET /healthz HTTP/1.1\r\n" + HOST + END


def ask(target: Target, head: bytes, line: bytes = b"GET /healthz HTTP/1.1\r\n") -> list[int]:
    return statuses(exchange(target.port, line + head + b"\r\n" + MORE))


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(HOST + b"X-A: 1\nImpersonate-Group: system:masters\r\n", id="bare LF"),
        pytest.param(HOST + b"Content-Length: 4\r\nContent-Length: 4\r\n", id="length twice"),
        pytest.param(
            HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", id="length and chunked"
        ),
        pytest.param(HOST + b"Content-Length: +2\r\n", id="signed length"),
        pytest.param(HOST + b"Transfer-Encoding: xchunked\r\n", id="unknown coding"),
        pytest.param(HOST + b"Transfer-Encoding: gzip, chunked\r\n", id="two codings"),
        pytest.param(HOST + b"X: a\r\n b\r\n", id="folded"),
        pytest.param(HOST + b"X: a\0b\r\n", id="NUL"),
        pytest.param(HOST + b"X: a\rb\r\n", id="bare CR"),
        pytest.param(HOST + b"X : y\r\n", id="space before the colon"),
        pytest.param(HOST + HOST, id="Host twice"),
        pytest.param(b"X: y\r\n", id="no Host"),
        pytest.param(HOST + b"X: " + b"y" * 20 * MIB + b"\r\n", id="20 MB in one field"),
        pytest.param(HOST + b"X: y\r\n" * 2000, id="2000 fields"),
    ],
)
def test_a_doubtful_head_is_refused_with_all_behind_it(target: Target, head: bytes) -> None:
    """One 400 and the end; a reset may overtake the answer to a very long one."""
    assert ask(target, head) in ([400], [])
    assert statuses(exchange(target.port, MORE)) == [200]


@pytest.mark.parametrize(
    "line",
    [
        b"GET http://127.0.0.1/healthz HTTP/1.1\r\n", b"GET * HTTP/1.1\r\n",
        b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n", b"GET /healthz HTTP/1.1\n", b"GET /healthz\r\n",
    ],
)  # fmt: skip
def test_a_doubtful_request_line_is_refused(target: Target, line: bytes) -> None:
    assert ask(target, HOST, line) == [400]


def test_a_plain_request_passes(target: Target) -> None:
    received = exchange(target.port, MORE)
    assert statuses(received) == [200]
    assert received.lower().count(b"x-content-type-options: nosniff") == 1
    assert b"server:" not in received.lower()


@pytest.mark.parametrize("path", [b"/healthz", b"/metrics", b"/v1/update", b"/v1/payloads/x"])
@pytest.mark.parametrize(
    ("host", "refused"),
    [
        (b"evil.example", True), (b"a@127.0.0.1", True), (b"127.0.0.1/x", True),
        (b"127.0.0.1", False), (b"10.9.8.7:80", False), (b"localhost", False),
    ],
)  # fmt: skip
def test_the_host_is_checked_where_machines_ask(
    target: Target, path: bytes, host: bytes, refused: bool
) -> None:
    raw = b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n" + END
    received = exchange(target.port, raw)
    assert (statuses(received) == [400]) is refused
    assert b"nosniff" in received


def test_a_page_registers_no_machines(target: Target) -> None:
    body = b'<?xml version="1.0"?><request protocol="3.0"></request>'
    raw = (
        b"POST /v1/update HTTP/1.1\r\n" + HOST + b"Origin: http://evil.example\r\n"
        b"Content-Type: text/plain\r\nContent-Length: %d\r\n" % len(body) + END + body
    )
    assert statuses(exchange(target.port, raw)) == [403]


def test_a_csrf_header_behind_the_body_is_none(target: Target) -> None:
    body = b'{"login":"owner","password":"x"}'
    raw = (
        b"POST /api/v1/session HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n" + END + b"%x\r\n" % len(body) + body + b"\r\n0\r\n"
        b"X-Craton-Request: 1\r\nX-Request-Id: forged\r\n\r\n"
    )
    received = exchange(target.port, raw)
    assert statuses(received) == ([403] if target.kind == "console" else [404])
    assert b"forged" not in received


@pytest.mark.parametrize("flood", [b"0\r\nX: ", b"0\r\nX: y\r\nY: ", b"5;x="])
def test_trailers_and_extensions_without_end_cost_nothing(target: Target, flood: bytes) -> None:
    head = b"POST /v1/update HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    # What a first one costs once (code, buffers) is no growth: it is had before.
    exchange(target.port, head + flood + b"y" * 64 * MIB)
    before = target.memory
    exchange(target.port, head + flood + b"y" * 64 * MIB)
    assert target.memory - before < 32 * MIB
    assert statuses(exchange(target.port, MORE)) == [200]


def test_a_long_path_leaves_a_short_line(target: Target) -> None:
    raw = b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n" + HOST + END
    assert statuses(exchange(target.port, raw)) == [414 if target.kind == "console" else 404]
    assert all(len(line) < 1000 for line in target.log.read_text().splitlines())
