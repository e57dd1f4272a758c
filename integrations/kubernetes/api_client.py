"""The HTTP side of one cluster: sign-in, TLS, callers, deadlines, size limits, errors."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Final

import httpx2

from integrations.addresses import Network
from integrations.caller import Caller, UserToken
from integrations.contract import UpstreamBusy, UpstreamFailed, UpstreamUnreachable
from integrations.failures import translated
from integrations.guarded import GuardedTransport
from integrations.kubernetes.auth.access import Access, ClientCredential, proxy_context, ssl_context
from integrations.kubernetes.calling import Headers, caller_name, check_path, identity_headers
from integrations.kubernetes.errors import Behind, from_response
from integrations.kubernetes.pool import HttpPool
from integrations.kubernetes.settings import Limits
from integrations.sending import Observe, ignore, observed, send

__all__ = ["ApiAnswer", "ApiClient", "Body", "Params"]

USER_AGENT: Final = "craton"
CONNECT_SECONDS: Final = 5.0
RETRIES: Final = 2
UNAUTHORIZED: Final = 401
JSON: Final = "application/json"

Params = Sequence[tuple[str, str]] | dict[str, str]


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: bytes of one media type."""

    content: bytes = field(repr=False)
    content_type: str = JSON


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """A successful answer. `warnings` are the API server's own, for people."""

    status: int
    body: bytes
    warnings: tuple[str, ...] = ()
    audit_id: str = ""


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    params: Params | None
    accept: str
    body: Body | None
    as_: Caller | None
    idle: float | None


class ApiClient:
    """Speaks HTTP to one API server. Made cheaply; nothing is read or opened before use.

    `load` gives the access; it is awaited on first use and again after `forget`. Calls without
    `as_` are the connection's own.
    """

    def __init__(
        self,
        upstream: str,
        load: Callable[[], Awaitable[Access]],
        limits: Limits,
        *,
        networks: Iterable[Network] = (),
        listed: bool = True,
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Observe = ignore,
    ) -> None:
        self.upstream = upstream
        self.watches = 0
        self._load = load
        self._limits = limits
        self._networks = tuple(networks)
        self._listed = listed
        self._transport = transport
        self._observe = observe
        self._gate = asyncio.Semaphore(limits.calls)
        self._lock = asyncio.Lock()
        self._access: Access | None = None
        self._own = HttpPool(self._client)
        self._bare = HttpPool(self._client)
        self._closed = False

    @property
    def listed(self) -> bool:
        """Whether an address is allowed by being written in the configuration."""
        return self._listed

    @property
    def networks(self) -> tuple[Network, ...]:
        """Private networks that the API server's name may lead to."""
        return self._networks

    async def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        accept: str = JSON,
        as_: Caller | None = None,
        purpose: str = "get",
        deadline: float | None = None,
        max_bytes: int | None = None,
        gated: bool = True,
    ) -> bytes:
        """The body of a successful answer, at most `max_bytes`, within `deadline` seconds.

        A server that is `Behind` or busy is asked again when it says, three times in all.

        Only health is asked without the gate (`gated` False): waiting behind large listings,
        a probe would take a busy server for a dead one.
        """
        call = _Call("GET", path, params, accept, None, as_, self._limits.idle)
        limit = max_bytes or self._limits.answer_bytes
        gate = self._gate if gated else nullcontext()
        with observed(self._observe, purpose), translated(self.upstream):
            told: Behind | UpstreamBusy | None = None
            try:
                async with asyncio.timeout(deadline or self._limits.deadline), gate:
                    for _ in range(RETRIES):
                        try:
                            return (await self._answer(call, limit)).body
                        except (Behind, UpstreamBusy) as error:
                            told = error
                            await asyncio.sleep(error.retry_after)
                    return (await self._answer(call, limit)).body
            except TimeoutError:
                # It did answer in time, and said what is the matter.
                if told is not None:
                    raise told from None
                raise

    async def request(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        body: Body | None = None,
        accept: str = JSON,
        as_: Caller | None = None,
        purpose: str = "",
        deadline: float | None = None,
        max_bytes: int | None = None,
    ) -> ApiAnswer:
        """One call of any method, sent once: what may have changed something is not repeated,
        except after a refused credential, which the API server checks first."""
        call = _Call(method, path, params, accept, body, as_, self._limits.idle)
        with observed(self._observe, purpose or method.lower()), translated(self.upstream):
            async with asyncio.timeout(deadline or self._limits.deadline), self._gate:
                return await self._answer(call, max_bytes or self._limits.answer_bytes)

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        params: Params,
        *,
        accept: str,
        as_: Caller | None = None,
        idle: float | None = None,
        watch: bool = True,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """An open answer: chunks until the server ends it. Not counted against `calls`; as an
        open watch unless `watch` is False.

        Entering raises what the server answered, within the deadline for a call; reading
        raises `UpstreamUnreachable` when the connection breaks or nothing came for `idle`
        seconds (the connection's own limit unless given; infinite for a quiet log).
        """
        silence = self._limits.idle if idle is None else idle
        patience = None if silence == float("inf") else silence
        call = _Call("GET", path, params, accept, None, as_, patience)
        with translated(self.upstream):
            async with self._open(call) as response:
                if response.status_code >= 300:
                    async with asyncio.timeout(self._limits.deadline):
                        body = await self._read(response, 64 * 1024)
                    raise self._refusal(call, response, body)
                self.watches += watch
                try:
                    yield response.aiter_bytes()
                finally:
                    self.watches -= watch

    @asynccontextmanager
    async def relay(
        self,
        method: str,
        path: str,
        params: Params,
        *,
        accept: str,
        as_: Caller,
        body: Body | None = None,
        follows: bool = False,
    ) -> AsyncIterator[httpx2.Response]:
        """The answer as it is, refusals too, for somebody who speaks to the API server themselves:
        always as a caller. One that `follows` what happens may be silent for as long as it likes;
        any other has the deadline of a call until its head is there."""
        idle = None if follows else self._limits.idle
        call = _Call(method, path, params, accept, body, as_, idle)
        with translated(self.upstream):
            async with self._open(call) as response:
                yield response

    async def signed(self, as_: Caller | None) -> tuple[Access, ssl.SSLContext | None, Headers]:
        """What another transport (WebSocket) needs to make one request: where to, trust and
        identity."""
        async with self._lock:
            access, credential = await self._current()
        shown = ClientCredential() if isinstance(as_, UserToken) else credential
        trust = None
        if access.server.startswith("https:"):
            trust = ssl_context(access, shown, self.upstream)
        return access, trust, identity_headers(self.upstream, access, shown, as_)

    async def leads(self) -> Access:
        """Where calls go now, and what that is verified by."""
        async with self._lock:
            access = self._access = self._access or await self._load()
        return access

    async def forget(self) -> None:
        """Read the configuration again at the next use: it may have been rewritten."""
        async with self._lock:
            self._access = None

    async def aclose(self) -> None:
        """Close every connection, for good."""
        async with self._lock:
            self._closed = True
            await self._own.aclose()
            await self._bare.aclose()

    @asynccontextmanager
    async def _open(self, call: _Call) -> AsyncIterator[httpx2.Response]:
        """The response's head has come; a refused credential was renewed once if it can be."""
        check_path(self.upstream, call.path)
        for retry in (True, False):
            http, access, credential = await self._prepare(call.as_)
            request = self._request(http, access, credential, call)
            async with _closing(await send(http, request)) as response:
                refused = response.status_code == UNAUTHORIZED
                own = not isinstance(call.as_, UserToken)
                if refused and retry and own and access.credentials.invalidate():
                    continue
                yield response
                return

    def _request(
        self, http: httpx2.AsyncClient, access: Access, credential: ClientCredential, call: _Call
    ) -> httpx2.Request:
        headers = [("accept", call.accept)]
        headers += identity_headers(self.upstream, access, credential, call.as_)
        if call.body is not None:
            headers.append(("content-type", call.body.content_type))
        params = call.params.items() if isinstance(call.params, dict) else call.params
        return http.build_request(
            call.method,
            access.server + call.path,
            params=list(params) if params else None,
            headers=headers,
            content=call.body.content if call.body is not None else None,
            timeout=httpx2.Timeout(CONNECT_SECONDS, read=call.idle),
            extensions={"sni_hostname": access.server_name} if access.server_name else {},
        )

    async def _prepare(
        self, as_: Caller | None = None
    ) -> tuple[httpx2.AsyncClient, Access, ClientCredential]:
        async with self._lock:
            access, credential = await self._current()
            if isinstance(as_, UserToken):
                # A client certificate beats a token: the request would run as the console.
                return (
                    await self._bare.client(access, ClientCredential()),
                    access,
                    ClientCredential(),
                )
            return await self._own.client(access, credential), access, credential

    async def _current(self) -> tuple[Access, ClientCredential]:
        if self._closed:
            raise UpstreamUnreachable(self.upstream, "the connection was closed")
        access = self._access = self._access or await self._load()
        return access, await access.credentials.current()

    def _client(self, access: Access, credential: ClientCredential) -> httpx2.AsyncClient:
        # Watches hold a connection each; calls are bounded by the gate, not by the pool.
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=8)
        trust = ssl_context(access, credential, self.upstream)
        return httpx2.AsyncClient(
            transport=self._transport
            or GuardedTransport(
                self.upstream,
                self._networks,
                verify=trust,
                limits=limits,
                listed=self._listed,
                proxy=access.proxy,
                proxy_verify=proxy_context(access),
            ),
            trust_env=False,
            follow_redirects=False,
            # Unpacking gzip costs less than reading and decrypting the twenty times larger
            # plain answer, even on loopback (README); watches are never compressed.
            headers={"user-agent": USER_AGENT, "accept-encoding": "gzip"},
        )

    async def _answer(self, call: _Call, limit: int) -> ApiAnswer:
        async with self._open(call) as response:
            body = await self._read(response, limit)
        if response.status_code >= 300:
            raise self._refusal(call, response, body)
        warnings = tuple(_warning(text) for text in response.headers.get_list("warning"))
        return ApiAnswer(
            response.status_code, body, warnings, response.headers.get("audit-id", "")[:128]
        )

    def _refusal(self, call: _Call, response: httpx2.Response, body: bytes) -> Exception:
        return from_response(self.upstream, response.status_code, body, caller_name(call.as_))

    async def _read(self, response: httpx2.Response, limit: int) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > limit:
                raise UpstreamFailed(self.upstream, f"answered more than {limit} bytes")
        return bytes(body)


def _warning(text: str) -> str:
    """The words of ``299 - "text"``."""
    _, quote, rest = text.partition('"')
    words = rest.rpartition('"')[0] if quote else text
    return words.replace('\\"', '"')[:1000]


@asynccontextmanager
async def _closing(response: httpx2.Response) -> AsyncIterator[httpx2.Response]:
    try:
        yield response
    finally:
        await response.aclose()
