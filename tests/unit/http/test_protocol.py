"""The corpus of hostile requests, over a real socket (security reference, section 1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from backend.http.protocol import MAX_HEAD, CheckedHttpProtocol
from backend.http.server import server_config
from backend.settings import Settings
from tests.rawhttp import END, HOST, exchange, statuses
from tests.unit.http.serving import Served, served, until

CHUNKED = b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n"


@pytest.fixture
async def server(tmp_path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running


async def answers(server: Served, raw: bytes) -> list[int]:
    return statuses(await asyncio.to_thread(exchange, server.port, raw))


def test_the_protocol_is_never_h11(tmp_path) -> None:
    config = server_config(Served(), Settings(home=tmp_path))
    config.load()
    assert config.http_protocol_class is CheckedHttpProtocol


async def test_an_ordinary_request_passes(server: Served) -> None:
    raw = await asyncio.to_thread(exchange, server.port, b"GET /a HTTP/1.1\r\n" + HOST + END)
    assert statuses(raw) == [200]
    assert raw.lower().count(b"x-content-type-options: nosniff") == 1


async def test_pipelined_requests_are_counted_apart(server: Served) -> None:
    one = b"GET /a HTTP/1.1\r\n" + HOST + b"X: " + b"y" * 30_000 + b"\r\n\r\n"
    last = b"GET /a HTTP/1.1\r\n" + HOST + END
    assert await answers(server, one * 3 + last) == [200] * 4


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(HOST + b"X-A: 1\nImpersonate-Group: system:masters\r\n", id="bare LF"),
        pytest.param(HOST + b"Content-Length: 4\r\nContent-Length: 4\r\n", id="length twice"),
        pytest.param(
            HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", id="length and chunked"
        ),
        pytest.param(HOST + b"X: a\r\n b\r\n", id="folded"),
        pytest.param(HOST + HOST, id="two hosts"),
        pytest.param(b"X: y\r\n", id="no host"),
        pytest.param(HOST + b"X: a\0b\r\n", id="NUL"),
        pytest.param(HOST + b"X: a\rb\r\n", id="bare CR"),
        pytest.param(HOST + b"Content-Length: +2\r\n", id="signed length"),
        pytest.param(HOST + b"Transfer-Encoding: xchunked\r\n", id="unknown coding"),
        pytest.param(HOST + b"".join(b"X-%d: y\r\n" % n for n in range(200)), id="200 fields"),
        pytest.param(HOST + b"X: " + b"y" * (MAX_HEAD + 1) + b"\r\n", id="long field"),
    ],
)
async def test_a_doubtful_head_is_refused(server: Served, head: bytes) -> None:
    """And what is pipelined behind it is not executed."""
    smuggled = b"POST /smuggled HTTP/1.1\r\n" + HOST + END
    assert await answers(server, b"POST /a HTTP/1.1\r\n" + head + b"\r\n" + smuggled) == [400]
    assert server.seen == []


@pytest.mark.parametrize("target", [b"http://x/y", b"*", b"x:80"])
async def test_a_target_that_is_no_path_is_refused(server: Served, target: bytes) -> None:
    assert await answers(server, b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n") == [400]


async def test_line_feeds_alone_are_refused(server: Served) -> None:
    assert await answers(server, b"GET /a HTTP/1.1\nHost: x\n\n") == [400]


async def test_a_head_without_end_is_refused_before_it_ends(server: Served) -> None:
    endless = b"GET /a HTTP/1.1\r\n" + HOST + b"X: " + b"y" * (2 * MAX_HEAD)
    assert await answers(server, endless) == [400]


async def test_complete_requests_before_a_refused_one_are_answered(server: Served) -> None:
    server.hold.clear()
    good = b"GET /hold HTTP/1.1\r\n" + HOST + b"\r\n"
    bad = b"GET /bad HTTP/1.1\r\n" + HOST + HOST + b"\r\n"
    asked = asyncio.create_task(answers(server, good + good + bad + good))
    while not server.seen:
        await asyncio.sleep(0.01)
    server.hold.set()
    assert await asked == [200, 200]
    assert [scope["path"] for scope in server.seen] == ["/hold", "/hold"]


async def test_trailers_are_no_headers(server: Served) -> None:
    trailers = b"X-Craton-Request: 1\r\nX-Request-Id: forged\r\nHost: other\r\n"
    raw = CHUNKED + b"\r\n2\r\nab\r\n0\r\n" + trailers + b"\r\nGET /b HTTP/1.1\r\n" + HOST + END
    assert await answers(server, raw) == [200, 200]
    for scope in server.seen:
        assert not {b"x-craton-request", b"x-request-id"} & dict(scope["headers"]).keys()


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(b"0\r\nX: " + b"y" * 8_000_000, id="one trailer"),
        pytest.param(b"0\r\n" + b"X: y\r\n" * 500_000, id="many trailers"),
        pytest.param(b"2;x=" + b"y" * 8_000_000, id="chunk extension"),
    ],
)
async def test_framing_without_end_is_refused(server: Served, flood: bytes) -> None:
    """The server hangs up before it has read all."""
    received = await asyncio.to_thread(exchange, server.port, CHUNKED + b"\r\n" + flood)
    assert statuses(received) in ([400], [])  # a reset may overtake the answer
    await until(lambda: len(server.table) == 0)


async def test_a_body_of_small_chunks_passes(server: Served) -> None:
    raw = CHUNKED + END + b"1\r\na\r\n" * 20_000 + b"0\r\n\r\n"
    assert await answers(server, raw) == [200]


async def test_requests_pipelined_without_end_are_refused(server: Served) -> None:
    server.hold.clear()
    one = b"GET /hold HTTP/1.1\r\n" + HOST + b"\r\n"
    asked = asyncio.create_task(answers(server, one * 2000))
    while not server.seen:
        await asyncio.sleep(0.01)
    server.hold.set()
    got = await asked
    assert set(got) == {200}
    assert len(got) < 100
