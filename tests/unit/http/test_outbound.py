"""Which addresses the console may connect to (security reference, section 5)."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import httpx2
import pytest

from backend.http.outbound import DestinationBlocked, GuardedTransport, allowed

LISTED = (ip_network("10.20.0.0/16"), ip_network("127.0.0.0/8"), ip_network("fc00::/7"))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_public_addresses_pass(address: str) -> None:
    assert allowed(ip_address(address), ())


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "169.254.1.1", "100.100.100.200", "168.63.129.16", "224.0.0.1",
        "0.0.0.0", "255.255.255.255", "::", "fe80::1", "fd00:ec2::254", "ff02::1",
        "::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
        "64:ff9b:1::7f00:1", "2001:0:1::1", "::ffff:0.0.0.0",
    ],
)  # fmt: skip
def test_some_are_never_asked_even_when_listed(address: str) -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    assert not allowed(ip_address(address), everything)


@pytest.mark.parametrize(
    ("address", "listed"),
    [
        ("127.0.0.1", True), ("::1", False), ("10.20.3.4", True), ("10.21.0.1", False),
        ("172.16.0.1", False), ("192.168.1.1", False), ("100.64.0.1", False), ("fd12::1", True),
        ("::ffff:127.0.0.1", True), ("::ffff:10.21.0.1", False), ("64:ff9b::7f00:1", True),
        ("2002:7f00:1::", True), ("2002:c0a8:101::", False), ("::127.0.0.1", True),
    ],
)  # fmt: skip
def test_private_ones_only_when_listed(address: str, listed: bool) -> None:
    assert not allowed(ip_address(address), ())
    assert allowed(ip_address(address), LISTED) is listed


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
)
async def test_no_connection_is_made_to_a_blocked_one(host: str) -> None:
    async with httpx2.AsyncClient(transport=GuardedTransport(), trust_env=False) as http:
        with pytest.raises((DestinationBlocked, httpx2.InvalidURL)):
            await http.get(f"http://{host}:9/")


async def test_one_bad_address_of_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    async def both(*_arguments, **_named):
        return [(0, 0, 0, "", ("93.184.216.34", 0)), (0, 0, 0, "", ("10.0.0.1", 0))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both, raising=False)
    async with httpx2.AsyncClient(transport=GuardedTransport(), trust_env=False) as http:
        with pytest.raises(DestinationBlocked) as blocked:
            await http.get("http://rebinding.example/")
    assert "10.0.0.1" not in str(blocked.value)


async def test_a_name_without_address_is_a_connection_error() -> None:
    async with httpx2.AsyncClient(transport=GuardedTransport(), trust_env=False) as http:
        with pytest.raises(httpx2.ConnectError):
            await http.get("http://nowhere.invalid/")
