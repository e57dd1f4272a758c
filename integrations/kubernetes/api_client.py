"""The HTTP side of one cluster: sign-in, TLS, deadlines, size limits, error translation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, nullcontext
from typing import Final

import httpx2

from integrations.addresses import Network, guarded_transport
from integrations.contract import UpstreamFailed, UpstreamUnreachable
from integrations.kubernetes.auth.access import Access, Credential, ssl_context
from integrations.kubernetes.errors import Behind, from_response, translated
from integrations.kubernetes.settings import Limits
from integrations.sending import Observe, ignore, observed, send

__all__ = ["ApiClient"]

USER_AGENT: Final = "craton"
CONNECT_SECONDS: Final = 5.0
BEHIND_RETRIES: Final = 2
UNAUTHORIZED: Final = 401


class ApiClient:
    """Speaks HTTP to one API server. Made cheaply; nothing is read or opened before use.

    `load` gives the access; it is awaited on first use and again after `forget`.
    """

    def __init__(
        self,
        upstream: str,
        load: Callable[[], Awaitable[Access]],
        limits: Limits,
        *,
        networks: Iterable[Network] = (),
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Observe = ignore,
    ) -> None:
        self.upstream = upstream
        self.watches = 0
        self._load = load
        self._limits = limits
        self._networks = tuple(networks)
        self._transport = transport
        self._observe = observe
        self._gate = asyncio.Semaphore(limits.calls)
        self._lock = asyncio.Lock()
        self._access: Access | None = None
        self._http: httpx2.AsyncClient | None = None
        self._retired: httpx2.AsyncClient | None = None
        self._trust: tuple[object, ...] = ()
        self._closed = False

    async def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        purpose: str = "get",
        deadline: float | None = None,
        max_bytes: int | None = None,
        gated: bool = True,
    ) -> bytes:
        """The body of a successful answer, at most `max_bytes`, within `deadline` seconds.

        A server that is `Behind` is asked again when it says, three times in all.

        Only health is asked without the gate (`gated` False): waiting behind large listings,
        a probe would take a busy server for a dead one.
        """
        limit = max_bytes or self._limits.answer_bytes
        gate = self._gate if gated else nullcontext()
        with observed(self._observe, purpose), translated(self.upstream):
            behind: Behind | None = None
            try:
                async with asyncio.timeout(deadline or self._limits.deadline), gate:
                    for _ in range(BEHIND_RETRIES):
                        try:
                            return await self._answer(path, params, accept, limit)
                        except Behind as error:
                            behind = error
                            await asyncio.sleep(error.retry_after)
                    return await self._answer(path, params, accept, limit)
            except TimeoutError:
                # It did answer in time, and said what is the matter.
                if behind is not None:
                    raise behind from None
                raise

    @asynccontextmanager
    async def stream(
        self, path: str, params: Mapping[str, str], *, accept: str
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """An open watch: chunks until the server ends it. Not counted against `calls`.

        Entering raises what the server answered; reading raises `UpstreamUnreachable` when
        the connection breaks or nothing came for `idle` seconds.
        """
        with translated(self.upstream):
            async with self._open(path, params, accept) as response:
                if response.status_code >= 300:
                    async with asyncio.timeout(self._limits.deadline):
                        body = await self._read(response, 64 * 1024)
                    raise from_response(self.upstream, response.status_code, body)
                self.watches += 1
                try:
                    yield response.aiter_bytes()
                finally:
                    self.watches -= 1

    async def forget(self) -> None:
        """Read the configuration again at the next use: it may have been rewritten."""
        async with self._lock:
            self._access = None

    async def aclose(self) -> None:
        """Close every connection, for good."""
        async with self._lock:
            self._closed = True
            await self._replace(None)
            await self._replace(None)

    @asynccontextmanager
    async def _open(
        self, path: str, params: Mapping[str, str] | None, accept: str
    ) -> AsyncIterator[httpx2.Response]:
        """The response's head has come; a refused credential was renewed once if it can be."""
        for retry in (True, False):
            http, access, credential = await self._prepare()
            headers = {"accept": accept, **access.headers}
            if credential.token:
                headers["authorization"] = f"Bearer {credential.token}"
            extensions = {"sni_hostname": access.server_name} if access.server_name else {}
            request = http.build_request(
                "GET", access.server + path, params=params, headers=headers, extensions=extensions
            )
            async with _closing(await send(http, request)) as response:
                refused = response.status_code == UNAUTHORIZED
                if refused and retry and access.credentials.invalidate():
                    continue
                yield response
                return

    async def _prepare(self) -> tuple[httpx2.AsyncClient, Access, Credential]:
        async with self._lock:
            if self._closed:
                raise UpstreamUnreachable(self.upstream, "the connection was closed")
            access = self._access = self._access or await self._load()
            credential = await access.credentials.current()
            trust = (access.ca, access.insecure, credential.certificate, credential.key)
            http = self._http
            if http is None or trust != self._trust:
                http = self._client(access, credential)
                await self._replace(http)
                self._trust = trust
            return http, access, credential

    async def _replace(self, new: httpx2.AsyncClient | None) -> None:
        """Put another client in force. The one before may be about to send: it is closed one
        replacement later."""
        retired, self._retired, self._http = self._retired, self._http, new
        if retired is not None:
            await retired.aclose()

    def _client(self, access: Access, credential: Credential) -> httpx2.AsyncClient:
        # Watches hold a connection each; calls are bounded by the gate, not by the pool.
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=8)
        trust = ssl_context(access, credential, self.upstream)
        return httpx2.AsyncClient(
            transport=self._transport
            or guarded_transport(self.upstream, self._networks, verify=trust, limits=limits),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(CONNECT_SECONDS, read=self._limits.idle),
            # Unpacking gzip costs less than reading and decrypting the twenty times larger
            # plain answer, even on loopback (README); watches are never compressed.
            headers={"user-agent": USER_AGENT, "accept-encoding": "gzip"},
        )

    async def _answer(
        self, path: str, params: Mapping[str, str] | None, accept: str, limit: int
    ) -> bytes:
        async with self._open(path, params, accept) as response:
            body = await self._read(response, limit)
        if response.status_code >= 300:
            raise from_response(self.upstream, response.status_code, body)
        return body

    async def _read(self, response: httpx2.Response, limit: int) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > limit:
                raise UpstreamFailed(self.upstream, f"answered more than {limit} bytes")
        return bytes(body)


@asynccontextmanager
async def _closing(response: httpx2.Response) -> AsyncIterator[httpx2.Response]:
    try:
        yield response
    finally:
        await response.aclose()
