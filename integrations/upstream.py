"""What connections to single upstreams share: names, addresses, our own name, kept loops."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import httpx2
import structlog
from pydantic.networks import AnyHttpUrl

from integrations.addresses import Network
from integrations.contract import Feed, FeedState
from integrations.guarded import GuardedTransport
from integrations.tls import RenewingTransport, TlsMaterial

__all__ = [
    "NAME_PATTERN",
    "USER_AGENT_PREFIX",
    "base_url",
    "bounded_client",
    "guarded_network",
    "keep_running",
    "user_agent",
]

NAME_PATTERN: Final = r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"
"""What a connection may be called."""
USER_AGENT_PREFIX: Final = "craton/"
_RESTART_PAUSE: Final = 5.0

log = structlog.get_logger(__name__)


@cache
def user_agent() -> str:
    """How Craton names itself to upstreams; a registry's webhooks tell our own reads by it."""
    try:
        return f"{USER_AGENT_PREFIX}{version('craton')}"
    except PackageNotFoundError:
        return f"{USER_AGENT_PREFIX}unreleased"


def base_url(url: str) -> str:
    """Scheme, host and port; refuses (`ValueError`) a path, a query or credentials."""
    parsed = AnyHttpUrl(url)
    if parsed.username or parsed.password:
        raise ValueError("put the user and password in their own fields, not in the URL")
    if (parsed.path or "/") != "/" or parsed.query or parsed.fragment:
        raise ValueError("give scheme, host and port, with no path")
    return url.rstrip("/")


def guarded_network(
    upstream: str,
    networks: Iterable[Network],
    tls: TlsMaterial | None,
    limits: httpx2.Limits,
    *,
    listed: bool = True,
) -> httpx2.AsyncBaseTransport:
    """The network as a connection may use it: allowed addresses only. Opens nothing yet;
    certificates are read at the first request and when they are renewed. `tls` None: plain
    HTTP. `listed` False: what was typed in the console is not allowed by being written."""
    guarded = partial(GuardedTransport, upstream, tuple(networks), limits=limits, listed=listed)
    if tls is None:
        return guarded()
    return RenewingTransport(upstream, tls, lambda context: guarded(verify=context))


def bounded_client(transport: httpx2.AsyncBaseTransport, *, deadline: float) -> httpx2.AsyncClient:
    """A client over `transport` that never follows a redirect."""
    return httpx2.AsyncClient(
        transport=transport,
        headers={"User-Agent": user_agent()},
        follow_redirects=False,
        trust_env=False,
        timeout=deadline,
    )


async def keep_running(
    work: Callable[[], Awaitable[None]], connection: str, feeds: Iterable[Feed[Any]]
) -> None:
    """Run `work` until cancelled: a defect in it shows as stale and heals; no page freezes."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("connection task failed", connection=connection)
            for feed in feeds:
                feed.state(FeedState.STALE, "an internal error stopped the updates; retrying")
        await asyncio.sleep(_RESTART_PAUSE)
