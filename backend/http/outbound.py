"""Requests to places an operator configured and somebody else's DNS resolves.

Rules: reference security, section 5; which addresses pass is `integrations.addresses`' to say.
The name is resolved once, **every** address it has must pass, and the connection goes to one
of these, with the TLS name and `Host` of the original.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final

import httpx2
import structlog

from backend.errors import UpstreamBroken
from integrations.addresses import Address, Network, allowed

__all__ = ["DestinationBlocked", "GuardedTransport", "Network", "allowed"]

RESOLVE_SECONDS: Final = 10.0

_log = structlog.get_logger(__name__)


class DestinationBlocked(UpstreamBroken):
    """502: the configured name leads to an address that must not be asked."""

    slug, title = "destination-blocked", "The destination is not allowed"


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
