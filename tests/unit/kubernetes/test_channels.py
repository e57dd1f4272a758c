"""Two-way streams against a server in this process that speaks the channel protocol."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from integrations.caller import Impersonation
from integrations.contract import (
    CallerDenied,
    DestinationRefused,
    UpstreamFailed,
    UpstreamUnreachable,
)
from integrations.kubernetes.api_client import ApiClient
from integrations.kubernetes.auth.access import Access, ClientCredential, StaticCredential
from integrations.kubernetes.channels import Duplex, Ended, ExecChannel, open_duplex
from integrations.kubernetes.settings import Limits
from tests.integration.proxies.conftest import certificate
from tests.tunnel import tunnel
from tests.waiting import until

PATH = "/api/v1/namespaces/shop/pods/web/exec"
MAYA = Impersonation("craton:maya", ("craton:devs",))


class Container:
    """What runs at the other end: `act` decides, everything that came is kept."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.sizes: list[dict[str, int]] = []
        self.sent = 0
        self.act = "echo"
        self.protocols = ["v5.channel.k8s.io"]

    def upgrade(self, _socket: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if self.act == "refuse":
            text = (
                'pods "web" is forbidden: User "craton:maya" cannot get resource "pods/exec" '
                'in API group "" in the namespace "shop"'
            )
            body = json.dumps({"message": text, "code": 403, "reason": "Forbidden"}).encode()
            return Response(HTTPStatus.FORBIDDEN, "Forbidden", _headers(body), body)
        if self.act == "redirect":
            headers = _headers(b"")
            headers["Location"] = "/elsewhere"
            return Response(HTTPStatus.FOUND, "Found", headers, b"")
        return None

    async def run(self, socket: ServerConnection) -> None:
        await socket.send(b"\x01")
        if self.act == "flood":
            while True:
                await socket.send(b"\x01" + b"x" * 65536)
                self.sent += 65536
        if self.act == "mute":
            socket.transport.pause_reading()
        if self.act == "break":
            socket.transport.abort()
            return
        async for message in socket:
            assert isinstance(message, bytes)
            channel, data = message[0], message[1:]
            if channel == ExecChannel.STDIN:
                await socket.send(b"\x01" + data)
            elif channel == ExecChannel.SIZE:
                self.sizes.append(json.loads(data))
            elif channel == 255:
                await socket.send(b"\x02last words")
                cause = {"reason": "ExitCode", "message": "7"}
                end = {
                    "status": "Failure",
                    "reason": "NonZeroExitCode",
                    "details": {"causes": [cause]},
                }
                await socket.send(b"\x03" + json.dumps(end).encode())
                return


def _headers(body: bytes):
    from websockets.datastructures import Headers

    return Headers({"Content-Type": "application/json", "Content-Length": str(len(body))})


@pytest.fixture
async def container() -> AsyncIterator[tuple[Container, ApiClient]]:
    running = Container()
    server = await serve(
        running.run,
        "127.0.0.1",
        0,
        process_request=running.upgrade,
        subprotocols=running.protocols,  # type: ignore[arg-type]  # a str at run time
        compression=None,
        close_timeout=1,
    )
    port = next(iter(server.sockets)).getsockname()[1]
    access = Access(f"http://127.0.0.1:{port}", StaticCredential(ClientCredential(token="own")))

    async def load() -> Access:
        return access

    yield running, ApiClient('Kubernetes "c"', load, Limits())
    server.close()
    await server.wait_closed()


async def output(duplex: Duplex) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    async for frame in duplex:
        found[frame.channel] = found.get(frame.channel, b"") + frame.data
    return found


async def test_input_output_size_and_the_end(container):
    running, api = container
    params = [("command", "sh"), ("command", "-c"), ("stdin", "true")]
    async with open_duplex(api, PATH, params, as_=MAYA) as duplex:
        await duplex.send(b"hello ")
        await duplex.send(b"world")
        await duplex.resize(101, 10**9)
        assert await duplex.close_stdin()
        found = await output(duplex)
        assert (found[ExecChannel.STDOUT], found[ExecChannel.STDERR]) == (
            b"hello world",
            b"last words",
        )
        assert duplex.ended == Ended(7)
    request = running.requests[0]
    assert request.path == f"{PATH}?command=sh&command=-c&stdin=true"
    assert request.headers.get_all("impersonate-user") == ["craton:maya"]
    assert request.headers.get_all("impersonate-group") == ["craton:devs"]
    assert request.headers["authorization"] == "Bearer own"
    assert running.sizes == [{"Width": 101, "Height": 10_000}]


@pytest.mark.parametrize(
    ("user", "sent"), [("", ""), ("me:hunter2@", "me:hunter2"), ("me@", "me:")]
)
async def test_streams_go_through_the_proxy_of_the_connection(container, user: str, sent: str):
    running, direct = container
    access, _, _ = await direct.signed(None)
    async with tunnel() as (proxy, asked):

        async def load() -> Access:
            return replace(access, proxy=f"http://{user}{proxy}")

        api = ApiClient('Kubernetes "c"', load, Limits())
        async with open_duplex(api, PATH, [("command", "sh")], as_=MAYA) as duplex:
            await duplex.send(b"hello")
            assert await duplex.close_stdin()
            assert (await output(duplex))[ExecChannel.STDOUT] == b"hello"
    assert asked[0].startswith(f"CONNECT {access.server.removeprefix('http://')} ")
    assert (f"Basic {b64encode(sent.encode()).decode()}" in asked[0]) == bool(sent)
    assert running.requests[0].headers["authorization"] == "Bearer own"


async def test_streams_go_through_a_proxy_over_tls(container, tmp_path):
    _, direct = container
    access, _, _ = await direct.signed(None)
    certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with tunnel(tls) as (proxy, asked):

        async def load() -> Access:
            authority = (tmp_path / "cert.pem").read_bytes()
            return replace(access, proxy=f"https://{proxy}", ca=authority)

        api = ApiClient('Kubernetes "c"', load, Limits())
        async with open_duplex(api, PATH, [("command", "sh")], as_=MAYA) as duplex:
            await duplex.send(b"hello")
            assert await duplex.close_stdin()
            assert (await output(duplex))[ExecChannel.STDOUT] == b"hello"
    assert asked[0].startswith("CONNECT ")


async def test_the_proxys_address_is_the_one_that_is_checked(container):
    _, direct = container
    access, _, _ = await direct.signed(None)

    async def load() -> Access:
        return replace(access, proxy="http://169.254.169.254:3128")

    api = ApiClient('Kubernetes "c"', load, Limits())
    with pytest.raises(DestinationRefused, match=r"169\.254\.169\.254"):
        async with open_duplex(api, PATH, [], as_=MAYA):
            pass


async def test_a_refusal_names_the_permission(container):
    running, api = container
    running.act = "refuse"
    with pytest.raises(CallerDenied) as refused:
        async with open_duplex(api, PATH, [], as_=MAYA):
            raise AssertionError("it is not open")
    assert refused.value.missing == "get pods/exec in the namespace shop"


async def test_a_redirect_is_not_followed(container):
    running, api = container
    running.act = "redirect"
    with pytest.raises(UpstreamFailed):
        async with open_duplex(api, PATH, [], as_=MAYA):
            raise AssertionError("it is not open")
    assert len(running.requests) == 1


async def test_a_reader_that_stops_stops_the_sender(container):
    running, api = container
    running.act = "flood"
    async with open_duplex(api, PATH, [], as_=None) as duplex:
        reading = aiter(duplex)
        await anext(reading)
        seen = -1
        while seen != running.sent:  # until the sender stands still
            seen = running.sent
            await asyncio.sleep(0.2)
        assert running.sent < 32 * 1024 * 1024
        for _ in range(50):
            await anext(reading)
        await until(lambda: running.sent > seen)


async def test_a_connection_that_breaks_is_no_end(container):
    running, api = container
    running.act = "break"
    async with open_duplex(api, PATH, [], as_=None) as duplex:
        with pytest.raises(UpstreamUnreachable, match="broke off"):
            await output(duplex)
        assert duplex.ended is None


async def test_closing_ends_the_other_side(container):
    running, api = container
    async with open_duplex(api, PATH, [], as_=None) as duplex:
        await duplex.send(b"x")
    with pytest.raises(UpstreamUnreachable):
        await duplex.send(b"y")
    assert running.requests


async def test_a_peer_that_never_closes_is_left_in_time():
    left = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = next(x for x in head.split(b"\r\n") if x.lower().startswith(b"sec-websocket-key"))
        from websockets.utils import accept_key

        accept = accept_key(key.split(b":")[1].strip().decode())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n"
            b"Sec-WebSocket-Accept: " + accept.encode() + b"\r\n\r\n"
        )
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def load() -> Access:
        return Access(f"http://127.0.0.1:{port}", StaticCredential(ClientCredential()))

    async with asyncio.timeout(60):
        async with open_duplex(ApiClient("c", load, Limits()), PATH, [], as_=None):
            pass
        await left.wait()
    server.close()
    await server.wait_closed()


async def test_nobody_there_is_unreachable(unused_tcp_port: int):
    async def load() -> Access:
        return Access(f"http://127.0.0.1:{unused_tcp_port}", StaticCredential(ClientCredential()))

    with pytest.raises(UpstreamUnreachable):
        async with open_duplex(ApiClient("c", load, Limits()), PATH, [], as_=None):
            raise AssertionError("it is not open")


async def test_one_that_is_silent_is_broken_with_and_one_that_waits_for_us_is_not(container):
    running, api = container
    running.act = "mute"
    async with open_duplex(api, PATH, [], as_=MAYA) as duplex:
        watching = asyncio.create_task(duplex.keep_alive(0.05, 0.3))
        with pytest.raises(UpstreamUnreachable, match="broke off"):
            async with asyncio.timeout(10):
                await output(duplex)
        await watching
    running.act = "flood"
    async with open_duplex(api, PATH, [], as_=MAYA) as duplex:
        watching = asyncio.create_task(duplex.keep_alive(0.05, 0.3))
        frames = aiter(duplex)
        await anext(frames)
        await asyncio.sleep(1)  # nobody reads: answers to pings wait behind the flood
        assert (await anext(frames)).data
        assert not watching.done()
        watching.cancel()
