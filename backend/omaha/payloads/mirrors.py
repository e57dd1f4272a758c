"""One release on a mirror, over a client that may only go where it is allowed to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import httpx2
import structlog

from backend.errors import UpstreamBroken
from backend.omaha.payloads.source import MirrorSource, mirror_url
from integrations.addresses import Network
from integrations.contract import DestinationRefused
from integrations.guarded import GuardedTransport

__all__ = ["DEADLINE", "DestinationBlocked", "MirrorTransport", "open_mirror"]

DEADLINE: Final = 15.0
"""Seconds for each answer of a mirror, and between two pieces of a file."""

_log = structlog.get_logger(__name__)


class DestinationBlocked(UpstreamBroken):
    """502: the mirror's name leads to an address that must not be asked."""

    slug, title = "destination-blocked", "The destination is not allowed"


class MirrorTransport(GuardedTransport):
    """Connects to public addresses and to `networks` only (security reference, section 5).

    Who imports a release may choose among mirrors but need not know the site's networks, so
    the address a name leads to is in the log, not in the answer.
    """

    def __init__(self, networks: tuple[Network, ...] = ()) -> None:
        super().__init__("the mirror", networks, limits=httpx2.Limits(), listed=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it. Raises `DestinationBlocked`, and httpx2's errors as usual."""
        try:
            return await super().handle_async_request(request)
        except DestinationRefused as error:
            _log.warning("destination_blocked", host=request.url.host, why=error.message)
            raise DestinationBlocked(
                f"{request.url.host} leads to an address that is link-local, reserved, or private "
                "without being listed in the configuration."
            ) from None


@asynccontextmanager
async def open_mirror(
    base: str,
    board: str,
    release: str,
    *,
    http: httpx2.AsyncClient | None = None,
    networks: tuple[Network, ...] = (),
) -> AsyncIterator[MirrorSource]:
    """One release on the mirror at `base`, asked with `http`, or a client that refuses private
    destinations but those of `networks`."""
    url = mirror_url(base, board, release)
    if http is not None:
        yield MirrorSource(http, url, DEADLINE)
        return
    transport = MirrorTransport((*networks, *_literal(base)))
    async with httpx2.AsyncClient(transport=transport, timeout=DEADLINE, trust_env=False) as own:
        yield MirrorSource(own, url, DEADLINE)


def _literal(base: str) -> tuple[Network, ...]:
    """The network of an address that stands in the URL itself."""
    try:
        return (ip_network(ip_address(urlsplit(base).hostname or "")),)
    except ValueError:
        return ()
