"""One release on a mirror, over a client that may only go where it is allowed to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import httpx2

from backend.http.outbound import GuardedTransport, Network
from backend.omaha.payloads.source import MirrorSource, mirror_url

__all__ = ["DEADLINE", "open_mirror"]

DEADLINE: Final = 15.0
"""Seconds for each answer of a mirror, and between two pieces of a file."""


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
    transport = GuardedTransport((*networks, *_literal(base)))
    async with httpx2.AsyncClient(transport=transport, timeout=DEADLINE, trust_env=False) as own:
        yield MirrorSource(own, url, DEADLINE)


def _literal(base: str) -> tuple[Network, ...]:
    """The network of an address that stands in the URL itself."""
    try:
        return (ip_network(ip_address(urlsplit(base).hostname or "")),)
    except ValueError:
        return ()
