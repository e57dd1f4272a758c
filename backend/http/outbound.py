"""Requests to places an operator configured and somebody else's DNS resolves.

Rules: reference security, section 5. The name is resolved once, **every** address it has must
pass, and the connection goes to one of these, with the TLS name and `Host` of the original.
`ipaddress.is_global` is no filter (it passes NAT64 and 6to4 forms of private addresses), so
the tables are our own and mapped forms are unwrapped first.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpx2
import structlog

from backend.errors import UpstreamBroken

__all__ = ["DestinationBlocked", "GuardedTransport", "Network", "allowed", "unwrap"]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

RESOLVE_SECONDS: Final = 10.0

NEVER: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32",
        "224.0.0.0/4", "255.255.255.255/32", "::/128", "fe80::/10", "fec0::/10",
        "fd00:ec2::254/128", "ff00::/8", "64:ff9b:1::/48", "2001::/32",
    )
)  # fmt: skip
"""Unspecified, link-local, metadata services, multicast, broadcast, local NAT64, Teredo."""

PRIVATE: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
        "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "fc00::/7",
    )
)  # fmt: skip
"""Loopback, private, shared, benchmarking and reserved ranges: only where they are listed."""

_EMBEDDING: Final = (ip_network("::ffff:0:0/96"), ip_network("::/96"), ip_network("64:ff9b::/96"))
_SIX_TO_FOUR: Final = ip_network("2002::/16")
_OWN: Final = (IPv6Address("::"), IPv6Address("::1"))

_log = structlog.get_logger(__name__)


class DestinationBlocked(UpstreamBroken):
    """502: the configured name leads to an address that must not be asked."""

    slug, title = "destination-blocked", "The destination is not allowed"


def unwrap(address: Address) -> Address:
    """The IPv4 address inside a mapped, compatible, NAT64 or 6to4 one; else the same."""
    if isinstance(address, IPv4Address) or address in _OWN:
        return address
    if any(address in network for network in _EMBEDDING):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address(int(address) >> 80 & 0xFFFF_FFFF)
    return address


def allowed(address: Address, networks: Iterable[Network]) -> bool:
    """Whether a connection may go there; `networks` are the private ranges listed."""
    real = unwrap(address)
    if _within(real, NEVER) or _within(address, NEVER):
        return False
    return not _within(real, PRIVATE) or _within(real, networks)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == net.version and address in net for net in networks)


class GuardedTransport(httpx2.AsyncBaseTransport):
    """A transport that connects only to `allowed` addresses. No redirects, proxies or unix
    sockets: it resolves and connects by itself."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self._networks = tuple(networks)
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it. Raises `DestinationBlocked`, and `httpx2.ConnectError` as usual."""
        host = request.url.host
        failure: httpx2.ConnectError | None = None
        for address in await self._resolve(host, request):
            try:
                return await self._inner.handle_async_request(_to(request, host, address))
            except httpx2.ConnectError as error:
                failure = error
        raise failure or httpx2.ConnectError(f"{host} has no address.", request=request)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()

    async def _resolve(self, host: str, request: httpx2.Request) -> list[Address]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except TimeoutError:
            raise httpx2.ConnectTimeout(f"{host} was not resolved.", request=request) from None
        except OSError:
            raise httpx2.ConnectError(f"{host} has no address.", request=request) from None
        addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        for address in addresses:
            if not allowed(address, self._networks):
                _log.warning("destination_blocked", host=host, address=str(address))
                raise DestinationBlocked(
                    f"{host} leads to an address that is link-local, reserved, or private "
                    "without being listed in the configuration."
                )
        return addresses


def _to(request: httpx2.Request, host: str, address: Address) -> httpx2.Request:
    """The same request to one address; `Host` is already among the headers."""
    extensions = dict(request.extensions)
    extensions.setdefault("sni_hostname", host)
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions=extensions,
    )
