"""A mirror's client connects only where the configuration lets it."""

from __future__ import annotations

import httpx2
import pytest

from backend.omaha.payloads.mirrors import DestinationBlocked, MirrorTransport


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
)
async def test_no_connection_is_made_to_a_blocked_one(host: str) -> None:
    async with httpx2.AsyncClient(transport=MirrorTransport(), trust_env=False) as http:
        with pytest.raises((DestinationBlocked, httpx2.InvalidURL)):
            await http.get(f"http://{host}:9/")


async def test_one_bad_address_of_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    async def both(*_arguments, **_named):
        return [(0, 0, 0, "", ("93.184.216.34", 0)), (0, 0, 0, "", ("10.0.0.1", 0))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both, raising=False)
    async with httpx2.AsyncClient(transport=MirrorTransport(), trust_env=False) as http:
        with pytest.raises(DestinationBlocked) as blocked:
            await http.get("http://rebinding.example/")
    assert "10.0.0.1" not in str(blocked.value)


async def test_a_name_without_address_is_a_connection_error() -> None:
    async with httpx2.AsyncClient(transport=MirrorTransport(), trust_env=False) as http:
        with pytest.raises(httpx2.ConnectError):
            await http.get("http://nowhere.invalid/")
