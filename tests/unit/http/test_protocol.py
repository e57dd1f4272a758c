"""The corpus of hostile request heads, over a real socket (security reference, section 1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from backend.http.protocol import MAX_HEAD, CheckedHttpProtocol
from backend.http.server import bind, server_config
from backend.settings import Settings

HOST = b"Host: 127.0.0.1\r\n"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = scope["path"].encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port(tmp_path) -> AsyncIterator[int]:
    listener = bind("127.0.0.1", 0)
    config = server_config(echo, Settings(home=tmp_path))
    assert config.http is CheckedHttpProtocol
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    await task
    listener.close()


async def answers(port: int, raw: bytes) -> list[int]:
    """Send the bytes; the status codes that come back before the end or 1 s of silence."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = b""
    try:
        writer.write(raw)
        await writer.drain()
        async with asyncio.timeout(1):
            while chunk := await reader.read(65536):
                received += chunk
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return [int(p[:3]) for p in received.split(b"HTTP/1.1 ")[1:]]


async def test_an_ordinary_request_passes(port: int) -> None:
    assert await answers(port, b"GET /a HTTP/1.1\r\n" + HOST + b"\r\n") == [200]


async def test_pipelined_requests_are_counted_apart(port: int) -> None:
    one = b"GET /a HTTP/1.1\r\n" + HOST + b"X: " + b"y" * 30_000 + b"\r\n\r\n"
    assert await answers(port, one * 3) == [200, 200, 200]


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
        pytest.param(HOST + b"Content-Length: +2\r\n", id="signed length"),
        pytest.param(HOST + b"".join(b"X-%d: y\r\n" % n for n in range(200)), id="200 fields"),
        pytest.param(HOST + b"X: " + b"y" * (MAX_HEAD + 1) + b"\r\n", id="long field"),
    ],
)
async def test_a_doubtful_head_is_refused(port: int, head: bytes) -> None:
    assert await answers(port, b"POST /a HTTP/1.1\r\n" + head + b"\r\nbody") == [400]


async def test_an_absolute_target_is_refused(port: int) -> None:
    assert await answers(port, b"GET http://x/y HTTP/1.1\r\n" + HOST + b"\r\n") == [400]


async def test_a_head_without_end_is_refused_before_it_ends(port: int) -> None:
    endless = b"GET /a HTTP/1.1\r\n" + HOST + b"X: " + b"y" * (2 * MAX_HEAD)
    assert await answers(port, endless) == [400]
