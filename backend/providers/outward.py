"""Asking a provider over HTTP, under the rules for addresses that connections have (C14).

Only what the operator wrote is allowed by being written: an address out of a provider's discovery
document may lead to a private network only where that is listed. No redirect is followed, nothing
is unpacked, no answer is longer than a megabyte, and no exchange takes longer than ten seconds.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx2

from auth.oidc.problems import Rejected
from backend.settings import Settings
from integrations.contract import IntegrationError
from integrations.tls import TlsMaterial
from integrations.upstream import guarded_network, user_agent

__all__ = ["Issuer", "Outward", "Unreachable"]

SECONDS: Final = 10.0
MOST_BYTES: Final = 1024 * 1024
_LIMITS: Final = httpx2.Limits(max_connections=4, max_keepalive_connections=0)


class Unreachable(Exception):
    """A provider did not answer, or may not be asked. The sentence is an administrator's."""


class Issuer(Protocol):
    """Whoever publishes something: an identity provider, or who signs the tokens of workloads."""

    @property
    def issuer(self) -> str:
        """Its address, as it calls itself."""


class Outward:
    """How this console asks providers. `declared` says that the operator wrote its issuer."""

    def __init__(self, settings: Settings) -> None:
        self._networks = settings.connection_networks
        self._http_hosts = {host.lower() for host in settings.connection_http_hosts}
        self._own_port = settings.port

    def against(self, url: str, provider: Issuer, *, declared: bool) -> str:
        """What speaks against asking `url`; empty when nothing does."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        written = declared and host == _host(provider.issuer)
        plain = host in self._http_hosts or (written and _is_loopback(host))
        if parts.scheme != "https" and not plain:
            return (
                f"{url[:200]} is asked without TLS, which the operator has to allow for the host "
                "(CRATON_CONNECTION_HTTP_HOSTS)"
            )
        if parts.port == self._own_port and self._own_port and _is_loopback(host):
            return f"{url[:200]} is the console itself"
        return ""

    def transport(self, url: str, provider: Issuer, *, declared: bool) -> BoundedTransport:
        """The way to `url`. Raises `Unreachable` where it may not be asked."""
        if message := self.against(url, provider, declared=declared):
            raise Unreachable(message)
        parts = urlsplit(url)
        listed = declared and (parts.hostname or "").lower() == _host(provider.issuer)
        tls = TlsMaterial() if parts.scheme == "https" else None
        return BoundedTransport(
            guarded_network("the provider", self._networks, tls, _LIMITS, listed=listed)
        )

    async def read_json(
        self,
        url: str,
        provider: Issuer,
        *,
        declared: bool,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON at `url`. Raises `Unreachable`, and `Rejected` for what is none."""
        return parsed(await self.read(url, provider, declared=declared, headers=headers), url)

    async def read(
        self,
        url: str,
        provider: Issuer,
        *,
        declared: bool,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """What lies at `url`. Raises `Unreachable`, and `Rejected` for what is too long."""
        transport = self.transport(url, provider, declared=declared)
        async with (
            reached(url),
            httpx2.AsyncClient(
                transport=transport, headers=basic_headers(), trust_env=False, timeout=SECONDS
            ) as client,
        ):
            answer = await client.get(url, headers=headers)
        if answer.status_code != httpx2.codes.OK:
            raise Unreachable(f"{url[:200]} answered {answer.status_code}")
        return answer.content


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Answers of at most `MOST_BYTES`, read whole, as they were sent."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it and read the answer. Raises `Rejected` for one that is too long or packed."""
        request.headers["accept-encoding"] = "identity"
        answer = await self._inner.handle_async_request(request)
        try:
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise Rejected("the provider packs its answers, although it was asked not to")
            content = bytearray()
            async for part in answer.aiter_raw():
                content += part
                if len(content) > MOST_BYTES:
                    raise Rejected("the provider's answer is longer than a megabyte")
        finally:
            await answer.aclose()
        return httpx2.Response(
            answer.status_code, headers=answer.headers, content=bytes(content), request=request
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


@asynccontextmanager
async def reached(url: str) -> AsyncIterator[None]:
    """A block that asks `url`: what goes wrong on the way is `Unreachable`."""
    host = urlsplit(url).netloc[:200]
    try:
        async with asyncio.timeout(SECONDS):
            yield
    except (TimeoutError, httpx2.TimeoutException):
        raise Unreachable(f"{host} did not answer within {SECONDS:.0f} seconds") from None
    except httpx2.HTTPError as error:
        raise Unreachable(f"{host} cannot be reached: {str(error)[:200]}") from error
    except IntegrationError as error:
        raise Unreachable(error.message) from error


def basic_headers() -> dict[str, str]:
    """What every request of ours says."""
    return {"User-Agent": user_agent(), "Accept": "application/json"}


def parsed(content: bytes, url: str) -> Any:
    """The JSON in an answer. Raises `Rejected`."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Rejected(f"what {url[:200]} answered is no JSON") from None


def _is_loopback(host: str) -> bool:
    """Whether a host's text says loopback: `127.evil.example` and `localhost.evil.example` do
    not."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
