"""The mirrors releases come from: which may be asked, and how.

Only those of the operator's configuration (security reference, section 5): a caller chooses
among them. An address written in the configuration is thereby listed; a name must lead to
public addresses, or into the networks configured beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import httpx2

from backend.http.outbound import GuardedTransport, Network
from backend.omaha.api.deps import UpdatesDeps
from backend.omaha.catalog.edit import invalid
from backend.omaha.payloads.source import MirrorSource, mirror_url

DEADLINE: Final = 15.0
"""Seconds for each answer of a mirror, and between two pieces of a file."""


def chosen(deps: UpdatesDeps, wanted: str | None) -> str:
    """The base URL to ask; a 422 for one that is not configured. None: the first."""
    base = wanted or (deps.mirrors[0] if deps.mirrors else "")
    if base not in deps.mirrors:
        listed = ", ".join(deps.mirrors)
        raise invalid("mirror", f"must be one of those configured: {listed}.")
    return base


@asynccontextmanager
async def mirror(
    deps: UpdatesDeps, base: str, board: str, release: str
) -> AsyncIterator[MirrorSource]:
    """One release on the mirror at `base`."""
    url = mirror_url(base, board, release)
    if deps.http is not None:
        yield MirrorSource(deps.http, url, DEADLINE)
        return
    transport = GuardedTransport((*deps.mirror_networks, *_literal(base)))
    async with httpx2.AsyncClient(transport=transport, timeout=DEADLINE, trust_env=False) as http:
        yield MirrorSource(http, url, DEADLINE)


def _literal(base: str) -> tuple[Network, ...]:
    """The network of an address that stands in the URL itself."""
    try:
        return (ip_network(ip_address(urlsplit(base).hostname or "")),)
    except ValueError:
        return ()
