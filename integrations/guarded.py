"""An HTTP transport that connects only where the rules for addresses allow.

httpx2's own transport takes no network backend (encode/httpx#3749), so this one puts
httpcore2's pool, which does, behind httpx2's transport interface: public API on both sides. The
name is resolved for each connection, not for each request, and pools stay apart by name.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import cast
from urllib.parse import unquote, urlsplit

import httpcore2
import httpx2

from integrations.addresses import Network, permitted

__all__ = ["GuardedBackend", "GuardedTransport", "proxy_name"]


class GuardedTransport(httpx2.AsyncBaseTransport):
    """A transport for the hosts a connection's configuration names.

    An address or ``localhost`` that is written there is thereby listed, unless `listed` is
    False (it was typed in the console); a name may lead to public addresses and to
    `networks`. Others raise `DestinationRefused` that names `upstream`. Through a `proxy` (its
    URL, with its user's password) it is the proxy's address that is checked, since the proxy
    resolves the name; an https one is verified by `proxy_verify`. No unix socket, nothing from
    the environment.
    """

    def __init__(
        self,
        upstream: str,
        networks: Iterable[Network],
        *,
        verify: ssl.SSLContext | None = None,
        limits: httpx2.Limits,
        listed: bool = True,
        proxy: str | None = None,
        proxy_verify: ssl.SSLContext | None = None,
    ) -> None:
        self._proxy = proxy_name(proxy)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=verify,
            proxy=_proxy(proxy, proxy_verify) if proxy else None,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=GuardedBackend(upstream, tuple(networks), listed=listed),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it. Raises `DestinationRefused`, and httpx2's errors as usual."""
        sent = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _translated(self._proxy):
            answer = await self._pool.handle_async_request(sent)
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Stream(cast("AsyncIterable[bytes]", answer.stream)),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for part in self._stream:
                yield part

    async def aclose(self) -> None:
        close = getattr(self._stream, "aclose", None)
        if close is not None:
            await close()


def proxy_name(proxy: str | None) -> str:
    """How a proxy is named to people: without the password its URL may hold; empty for none."""
    if not proxy:
        return ""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _proxy(url: str, verify: ssl.SSLContext | None) -> httpcore2.Proxy:
    parts = urlsplit(url)
    user = (unquote(parts.username or ""), unquote(parts.password or ""))
    auth = user if parts.username else None
    return httpcore2.Proxy(proxy_name(url), auth=auth, ssl_context=verify)


@contextmanager
def _translated(proxy: str = "") -> Iterator[None]:
    """httpcore2's errors have namesakes in httpx2. A proxy's own are told as such."""
    try:
        yield
    except (
        httpcore2.TimeoutException,
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpcore2.UnsupportedProtocol,
        httpcore2.ProxyError,
    ) as error:
        names = (kind.__name__ for kind in type(error).__mro__)
        namesake = next(getattr(httpx2, name) for name in names if hasattr(httpx2, name))
        told = str(error)
        if isinstance(error, httpcore2.ProxyError):
            told = f"the proxy {proxy} does not let us through: {told}"
        elif proxy and isinstance(error, httpcore2.ConnectError) and not _is_tls(error):
            told = f"the proxy {proxy} refuses the connection or its name is unknown"
        raise namesake(told) from error


def _is_tls(error: BaseException) -> bool:
    """Whether the handshake failed: behind a proxy that is the server's."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections to addresses that the rules allow, for `networks` and `listed` see
    `GuardedTransport`."""

    def __init__(self, upstream: str, networks: tuple[Network, ...], *, listed: bool) -> None:
        self._upstream = upstream
        self._networks = networks
        self._listed = listed
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the overridden method's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection. Raises `DestinationRefused`, and httpcore2's errors."""
        failure: Exception | None = None
        for address in await permitted(
            self._upstream, self._networks, host, port, timeout, listed=self._listed
        ):
            try:
                return await self._inner.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)
