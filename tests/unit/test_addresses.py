"""Which addresses the clients of upstream systems connect to: real sockets, a false DNS."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import httpx2
import pytest

from integrations.addresses import PRIVATE, SITE, allowed
from integrations.contract import DestinationRefused
from integrations.etcd.settings import EtcdSettings
from integrations.etcd.transport import Gateway
from integrations.guarded import GuardedTransport
from integrations.kubernetes import ConnectionSettings, KubernetesClient
from integrations.kubernetes.auth.access import Access, ClientCredential, StaticCredential
from integrations.registry.client import RegistryClient
from integrations.registry.settings import RegistrySettings

METADATA = "169.254.169.254"
HERE, OTHER = "127.0.0.1", "127.0.0.2"
LIMITS = httpx2.Limits()


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_public_addresses_pass(address: str) -> None:
    assert allowed(ip_address(address), ())


@pytest.mark.parametrize(
    "address",
    [
        METADATA, "169.254.1.1", "100.100.100.200", "168.63.129.16", "224.0.0.1", "0.0.0.0",
        "255.255.255.255", "::", "fe80::1", "fd00:ec2::254", "ff02::1", "::ffff:169.254.169.254",
        "::169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "64:ff9b:1::7f00:1",
        "2001:0:1::1", "::ffff:0.0.0.0",
    ],
)  # fmt: skip
def test_some_never_pass(address: str) -> None:
    assert not allowed(ip_address(address), (ip_network("0.0.0.0/0"), ip_network("::/0"), *PRIVATE))


@pytest.mark.parametrize(
    ("address", "by_name"),
    [
        ("10.1.2.3", True), ("192.168.0.9", True), ("fd12::1", True), ("::ffff:10.1.2.3", True),
        (HERE, False), ("::1", False), ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False), ("::127.0.0.1", False), ("198.18.0.1", False),
    ],
)  # fmt: skip
def test_private_ones_pass_where_they_are_listed(address: str, by_name: bool) -> None:
    assert not allowed(ip_address(address), ())
    assert allowed(ip_address(address), SITE) is by_name
    assert allowed(ip_address(address), PRIVATE)


@dataclass
class Door:
    """A listening socket that counts who came; it answers what `reply` says."""

    port: int = 0
    visits: int = 0
    reply: bytes = b"{}"
    head: str = "200 OK"
    hosts: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.hosts += [line for line in request.lower().split("\r\n") if line.startswith("host:")]
        head = f"HTTP/1.1 {self.head}\r\ncontent-length: {len(self.reply)}\r\nconnection: close"
        writer.write(f"{head}\r\n\r\n".encode() + self.reply)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def door(address: str = HERE, port: int = 0) -> AsyncIterator[Door]:
    found = Door()
    async with await asyncio.start_server(found.serve, address, port) as server:
        found.port = server.sockets[0].getsockname()[1]
        yield found


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """A DNS server: by name the answers to one question after the other, the last for ever."""
    answers: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def resolve(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        given = answers.get(host)
        if given is None:
            return real(host, port, *more, **options)
        addresses = given.pop(0) if len(given) > 1 else given[0]
        return [entry for a in addresses for entry in real(a, port, *more, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return answers


def http(*networks: str) -> httpx2.AsyncClient:
    listed = [ip_network(text) for text in networks]
    return httpx2.AsyncClient(transport=GuardedTransport("it", listed, limits=LIMITS))


async def test_what_is_written_down_may_be_loopback() -> None:
    async with door() as here, http() as client:
        for host in (HERE, "localhost"):
            answer = await client.get(f"http://{host}:{here.port}/")
            assert answer.status_code == 200
        assert here.hosts == [f"host: {HERE}:{here.port}", f"host: localhost:{here.port}"]


@pytest.mark.parametrize("host", [METADATA, "0.0.0.0", "[::]", "[fe80::1]", "[::ffff:a9fe:a9fe]"])
async def test_what_is_written_down_is_still_no_metadata_service(host: str) -> None:
    async with http("0.0.0.0/0", "::/0") as client:
        with pytest.raises(DestinationRefused, match="link-local"):
            await client.get(f"http://{host}:9/")


async def test_a_name_leads_to_loopback_only_where_listed(names: dict[str, Any]) -> None:
    names["inside.test"] = [[HERE]]
    async with door() as here:
        async with http() as client:
            with pytest.raises(DestinationRefused, match=r"inside\.test leads to 127\.0\.0\.1"):
                await client.get(f"http://inside.test:{here.port}/")
        assert here.visits == 0
        async with http("127.0.0.0/8") as client:
            answer = await client.get(f"http://inside.test:{here.port}/")
        assert answer.status_code == 200
        assert here.hosts == [f"host: inside.test:{here.port}"]


async def test_one_bad_address_of_several_is_enough(names: dict[str, Any]) -> None:
    names["mixed.test"] = [[HERE, METADATA]]
    async with door() as here, http("127.0.0.0/8") as client:
        with pytest.raises(DestinationRefused):
            await client.get(f"http://mixed.test:{here.port}/")
        assert here.visits == 0


async def test_a_name_that_changes_its_mind_gains_nothing(names: dict[str, Any]) -> None:
    """DNS rebinding: the address that was checked is the one that is connected to."""
    names["rebind.test"] = [[OTHER], [HERE], [METADATA]]
    async with door(HERE) as here, door(OTHER, here.port) as other, http(f"{OTHER}/32") as client:
        url = f"http://rebind.test:{here.port}/"
        assert (await client.get(url)).status_code == 200
        assert (other.visits, here.visits) == (1, 0)
        for _ in range(2):
            with pytest.raises(DestinationRefused):
                await client.get(url)
        assert (other.visits, here.visits) == (1, 0)


async def test_the_next_address_is_tried(names: dict[str, Any]) -> None:
    names["two.test"] = [[OTHER, HERE]]
    async with door(HERE) as here, http("127.0.0.0/8") as client:
        assert (await client.get(f"http://two.test:{here.port}/")).status_code == 200


async def kubernetes(host: str) -> None:
    access = Access(f"http://{host}", StaticCredential(ClientCredential(token="a")))
    settings = ConnectionSettings(name="c", kubeconfig=Path("unused"))
    client = KubernetesClient(settings, access=access)
    try:
        await client.version()
    finally:
        await client.aclose()


async def etcd(host: str) -> None:
    gateway = Gateway(EtcdSettings(name="c", endpoints=(f"http://{host}",)))
    try:
        await gateway.read(f"http://{host}", "/version", limit=1000)
    finally:
        await gateway.aclose()


async def registry(host: str, **more: Any) -> None:
    client = RegistryClient(RegistrySettings(name="c", url=f"http://{host}", **more))
    try:
        await client.tags("app")
    finally:
        await client.aclose()


@pytest.mark.parametrize("ask", [kubernetes, etcd, registry])
async def test_each_client_refuses(
    ask: Callable[[str], Awaitable[None]], names: dict[str, Any]
) -> None:
    names["cloud.test"] = [[METADATA]]
    names["inside.test"] = [[HERE]]
    async with door() as here:
        for host in ("cloud.test", f"inside.test:{here.port}", METADATA):
            with pytest.raises(DestinationRefused, match="leads to"):
                await ask(host)
        assert here.visits == 0


async def test_a_token_server_is_checked_by_its_address(names: dict[str, Any]) -> None:
    names["tokens.test"] = [[METADATA]]
    async with door() as here:
        challenge = 'Bearer realm="http://tokens.test/token",service="it"'
        here.head = f"401 Unauthorized\r\nwww-authenticate: {challenge}"
        with pytest.raises(DestinationRefused, match=r"tokens\.test leads to"):
            await registry(f"{HERE}:{here.port}", realm_hosts=("tokens.test",))
        assert here.visits == 1


async def test_a_store_of_blobs_is_checked_by_its_address(names: dict[str, Any]) -> None:
    names["blobs.test"] = [[METADATA]]
    digest = "sha256:" + "0" * 64
    async with door() as here:
        here.head = "307 Temporary Redirect\r\nlocation: http://blobs.test/blob"
        settings = RegistrySettings(
            name="c", url=f"http://{HERE}:{here.port}", blob_hosts=("blobs.test",)
        )
        client = RegistryClient(settings)
        try:
            with pytest.raises(DestinationRefused, match=r"blobs\.test leads to"):
                await client.config("app", digest)
        finally:
            await client.aclose()
        assert here.visits == 1
