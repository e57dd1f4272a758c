"""Which addresses a connection may go to, checked on the address it really goes to.

Rules: security reference, section 5. A name is resolved once for each connection, **every**
address it has must pass, and the connection goes to one of these; TLS name and `Host` stay the
original's. So a name that leads elsewhere a moment later (DNS rebinding) gains nothing.
`ipaddress.is_global` is no filter (it passes NAT64 and 6to4 forms of private addresses), so
the tables are our own, and mapped forms are unwrapped first.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpcore2

from integrations.contract import DestinationRefused

__all__ = [
    "NEVER",
    "PRIVATE",
    "SITE",
    "Address",
    "Network",
    "allowed",
    "permitted",
    "unwrap",
]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


NEVER: Final = _networks(
    "0.0.0.0/8", "169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32",
    "224.0.0.0/4", "255.255.255.255/32", "::/128", "fe80::/10", "fec0::/10",
    "fd00:ec2::254/128", "ff00::/8", "64:ff9b:1::/48", "2001::/32",
)  # fmt: skip
"""Unspecified, link-local, metadata services, multicast, broadcast, local NAT64, Teredo."""

SITE: Final = _networks(
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"
)
"""Where the systems of one site stand: what a name in a connection may lead to by default."""

PRIVATE: Final = SITE + _networks(
    "127.0.0.0/8", "::1/128", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4"
)
"""Also loopback, benchmarking and reserved ranges: only where they are listed."""

_EMBEDDING: Final = _networks("::ffff:0:0/96", "::/96", "64:ff9b::/96")
_SIX_TO_FOUR: Final = ip_network("2002::/16")
_OWN: Final = (IPv6Address("::"), IPv6Address("::1"))


def unwrap(address: Address) -> Address:
    """The IPv4 address inside a mapped, compatible, NAT64 or 6to4 one; else the same."""
    if isinstance(address, IPv4Address) or address in _OWN:
        return address
    if _within(address, _EMBEDDING):
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


async def permitted(
    upstream: str,
    networks: Iterable[Network],
    host: str,
    port: int,
    seconds: float | None,
    *,
    listed: bool = True,
) -> list[Address]:
    """The addresses of `host` that a connection may go to; all of them must pass.

    In the operator's own configuration (`listed`) an address or ``localhost`` is allowed by
    being written; what somebody typed in the console is not. Raises `DestinationRefused`, and
    the connection library's errors for a name that is unknown.
    """
    written = PRIVATE if listed else tuple(networks)
    try:
        found = [ip_address(host)]
    except ValueError:
        found = await _resolved(host, port, seconds)
        within = written if host.lower() == "localhost" else tuple(networks)
    else:
        within = written
    for address in found:
        if not allowed(address, within):
            raise DestinationRefused(
                upstream,
                f"{host} leads to {address}, which is link-local, reserved, or private "
                "without being in the connection's networks",
            )
    return found


async def _resolved(host: str, port: int, seconds: float | None) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise httpcore2.ConnectTimeout(f"{host} was not resolved in time") from None
    except OSError as error:
        raise httpcore2.ConnectError(f"the name {host} is unknown: {error.strerror}") from error
    # A scope id (fe80::1%eth0) only comes with link-local addresses, which never pass.
    texts = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
    return [ip_address(text) for text in texts]
