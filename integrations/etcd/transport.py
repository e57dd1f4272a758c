"""HTTP towards the members: TLS, limits, deadlines, tokens and rotation.

Every `/v3/` call is a POST of JSON. One `httpx2` client serves the cluster; each member has
its own cap on calls under way, because the transport's cost a request grows with
concurrency. Redirects, proxies from the environment and cookies are never used.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Final, TypeVar

import httpx2
import msgspec

from integrations.caller import Caller, UserToken
from integrations.contract import (
    CallerDenied,
    IntegrationError,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamRefused,
    UpstreamUnreachable,
)
from integrations.etcd import errors
from integrations.etcd.models import (
    AuthenticateRequest,
    AuthenticateResponse,
    Request,
)
from integrations.etcd.settings import EtcdSettings
from integrations.etcd.tokens import Tokens
from integrations.failures import from_transport
from integrations.lines import Lines, LineTooLong
from integrations.sending import Observe, ignore, observed, send
from integrations.upstream import bounded_client, guarded_network

T = TypeVar("T")

_AUTHENTICATE: Final = "auth/authenticate"
_SHUNNED_SECONDS: Final = 10.0
_FIRST_TRY_SHARE: Final = 0.4
_MAX_ERROR_BODY: Final = 16 * 1024


def network(settings: EtcdSettings) -> httpx2.AsyncBaseTransport:
    """The way to the members. Opens nothing yet; certificates are read at the first request
    and when they are renewed."""
    secure = any(url.startswith("https:") for url in settings.endpoints)
    limits = httpx2.Limits(
        max_connections=(settings.concurrency + 2) * len(settings.endpoints),
        max_keepalive_connections=settings.concurrency * len(settings.endpoints),
    )
    return guarded_network(
        errors.upstream_name(settings.name),
        settings.networks,
        settings.tls if secure else None,
        limits,
        listed=not settings.typed,
    )


class Gateway:
    """The door to one cluster. Safe for concurrent use within one event loop."""

    def __init__(
        self,
        settings: EtcdSettings,
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Observe = ignore,
    ) -> None:
        self.settings = settings
        self._observe = observe
        self.upstream = errors.upstream_name(settings.name)
        self._slots = {url: asyncio.Semaphore(settings.concurrency) for url in settings.endpoints}
        self._failed_at: dict[str, float] = {}
        self._preferred = settings.endpoints[0]
        self._answered = ""
        self._tokens = Tokens(settings, self.upstream, self._authenticate)
        self._http = bounded_client(transport or network(settings), deadline=settings.deadline)

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The configured base URLs."""
        return self.settings.endpoints

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def call(
        self, path: str, request: Request, answer: type[T], *, as_: Caller | None = None
    ) -> T:
        """POST to whichever member answers, rotating on failure, within one deadline.

        Raises the last member's error; a refusal (4xx) is final and not retried elsewhere.
        """
        ends = time.monotonic() + self.settings.deadline
        candidates = self._candidates()
        failure: IntegrationError | None = None
        for position, endpoint in enumerate(candidates):
            left = ends - time.monotonic()
            if left <= 0:
                break
            last = position == len(candidates) - 1
            budget = left if last else min(left, self.settings.deadline * _FIRST_TRY_SHARE)
            try:
                told = await self.call_at(endpoint, path, request, answer, deadline=budget, as_=as_)
            except (UpstreamUnreachable, UpstreamFailed) as error:
                failure = error
            else:
                self._answered = endpoint
                return told
        raise failure or from_transport(self.upstream, TimeoutError())

    async def call_once(self, path: str, request: Request, answer: type[T]) -> T:
        """POST to one member, the last that answered a `call`, and to no other: for what must not
        be done twice. Read first, so that it goes where something answers."""
        endpoint = self._answered or self._candidates()[0]
        return await self.call_at(endpoint, path, request, answer)

    async def call_at(
        self,
        endpoint: str,
        path: str,
        request: Request,
        answer: type[T],
        *,
        deadline: float | None = None,
        as_: Caller | None = None,
    ) -> T:
        """POST to one member, as `as_` where one is given (`CallerDenied` is then their lack of
        rights). Renews the token once when it is refused."""
        body = msgspec.json.encode(request)
        try:
            token = await self._tokens.get(endpoint, as_) if path != _AUTHENTICATE else ""
            try:
                data = await self._post(endpoint, path, body, token, deadline)
            except (UpstreamDenied, UpstreamRefused) as error:
                if path == _AUTHENTICATE or not self._renews(error, token, as_):
                    raise
                self.forget_token(token)
                token = await self._tokens.get(endpoint, as_)
                data = await self._post(endpoint, path, body, token, deadline)
        except UpstreamDenied as error:
            if as_ is None:
                raise
            raise CallerDenied(self.upstream, error.message, missing=path) from error
        return self._decode(data, answer)

    async def read(
        self, endpoint: str, path: str, *, limit: int, deadline: float | None = None
    ) -> tuple[int, bytes]:
        """GET a plain page (`/health`, `/version`, `/metrics`) of one member: status, body.

        Not counted against the member's calls: health must not wait behind listings.
        """
        return await self._send(endpoint, "GET", path, limit=limit, deadline=deadline, gated=False)

    @asynccontextmanager
    async def stream(
        self, endpoint: str, path: str, requests: Sequence[Request]
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a streaming POST; yields its lines.

        The header `hasleader` makes a member without leader end the stream instead of
        keeping it silent. Closing the context closes the connection.
        """
        content = b"\n".join(msgspec.json.encode(r) for r in requests)
        response = await self._opened(endpoint, path, content)
        try:
            yield self._lines(response)
        finally:
            await response.aclose()

    async def _opened(
        self, endpoint: str, path: str, content: bytes, *, again: bool = True
    ) -> httpx2.Response:
        """A stream that was taken up; signs in once more where the token was refused."""
        headers = {"Grpc-Metadata-hasleader": "true", "Content-Type": "application/json"}
        if token := await self._tokens.get(endpoint):
            headers["Authorization"] = token
        request = self._http.build_request(
            "POST",
            f"{endpoint}/v3/{path}",
            content=content,
            headers=headers,
            timeout=httpx2.Timeout(self.settings.deadline, read=self.settings.watch_silence),
        )
        response = await self._open(request)
        if response.status_code == 200:
            return response
        try:
            error = await self._stream_refusal(response)
        finally:
            await response.aclose()
        if not again or not self._renews(error, token, None):
            raise error
        self.forget_token(token)
        return await self._opened(endpoint, path, content, again=False)

    def _renews(self, error: IntegrationError, token: str, as_: Caller | None) -> bool:
        """Whether signing in again may help: the token is refused, or there was none because
        the cluster's authentication was off when we last asked."""
        if not token_refused(error.message) or isinstance(as_, UserToken):
            return False
        return bool(token) or (as_ is None and bool(self.settings.username))

    @property
    def current_token(self) -> str:
        """The connection's own token without fetching one."""
        return self._tokens.own

    def forget_token(self, token: str) -> None:
        """Drop `token` unless somebody has renewed it already."""
        self._tokens.forget(token)

    async def _authenticate(self, endpoint: str, name: str, password: str) -> str:
        request = AuthenticateRequest(name=name, password=password)
        try:
            answer = await self.call_at(endpoint, _AUTHENTICATE, request, AuthenticateResponse)
        except UpstreamRefused as error:
            if "authentication is not enabled" in error.message:
                return ""
            raise UpstreamDenied(self.upstream, f"sign-in failed: {error.message}") from error
        return answer.token

    async def _post(
        self, endpoint: str, path: str, body: bytes, token: str, deadline: float | None
    ) -> bytes:
        limit = self.settings.max_response
        url = f"/v3/{path}"
        status, data = await self._send(
            endpoint,
            "POST",
            url,
            body,
            token=token,
            limit=limit,
            deadline=deadline,
            gated=path != "maintenance/status",
        )
        if not 200 <= status < 300:
            raise errors.from_answer(self.upstream, status, data)
        return data

    async def _send(
        self,
        endpoint: str,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        token: str = "",
        limit: int,
        deadline: float | None,
        gated: bool = True,
    ) -> tuple[int, bytes]:
        headers = {"Authorization": token} if token else {}
        if body:
            headers["Content-Type"] = "application/json"
        patience = deadline or self.settings.deadline
        gate = self._slots[endpoint] if gated else nullcontext()
        request = self._http.build_request(
            method, f"{endpoint}{path}", content=body or None, headers=headers, timeout=patience
        )
        purpose = path.partition("?")[0].removeprefix("/v3/").strip("/")
        with observed(self._observe, purpose):
            return await self._exchange(endpoint, request, gate, limit=limit, deadline=patience)

    async def _exchange(
        self,
        endpoint: str,
        request: httpx2.Request,
        gate: AbstractAsyncContextManager[None],
        *,
        limit: int,
        deadline: float,
    ) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(deadline), gate:
                response = await send(self._http, request)
                try:
                    data = await self._body(response, limit)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx2.TransportError) as error:
            self._shun(endpoint)
            raise from_transport(self.upstream, error) from error
        self._trust(endpoint, response.status_code)
        return response.status_code, data

    async def _body(self, response: httpx2.Response, limit: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > limit:
                raise UpstreamFailed(self.upstream, f"the answer is larger than {limit} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    async def _open(self, request: httpx2.Request) -> httpx2.Response:
        try:
            async with asyncio.timeout(self.settings.watch_header_timeout):
                return await send(self._http, request)
        except (TimeoutError, httpx2.TransportError) as error:
            raise from_transport(self.upstream, error) from error

    async def _stream_refusal(self, response: httpx2.Response) -> IntegrationError:
        try:
            async with asyncio.timeout(self.settings.deadline):
                body = await self._body(response, _MAX_ERROR_BODY)
        except (TimeoutError, httpx2.TransportError, UpstreamFailed):
            body = b""
        return errors.from_answer(self.upstream, response.status_code, body)

    async def _lines(self, response: httpx2.Response) -> AsyncIterator[bytes]:
        lines = Lines(self.settings.max_response)
        try:
            async for chunk in response.aiter_bytes():
                for line in lines.feed(chunk):
                    yield line
        except LineTooLong as error:
            raise UpstreamFailed(self.upstream, "one watch message is too large") from error
        except httpx2.TransportError as error:
            raise from_transport(self.upstream, error) from error

    def _decode(self, data: bytes, answer: type[T]) -> T:
        try:
            return msgspec.json.decode(data, type=answer, strict=False)
        except msgspec.DecodeError as error:
            raise UpstreamFailed(
                self.upstream, "the answer is not what the v3 gateway promises"
            ) from error

    def _candidates(self) -> list[str]:
        """The last good member first, recently failed ones last."""
        now = time.monotonic()
        urls = list(self.endpoints)
        start = urls.index(self._preferred)
        rotated = urls[start:] + urls[:start]
        return sorted(
            rotated, key=lambda url: now - self._failed_at.get(url, -1e9) < _SHUNNED_SECONDS
        )

    def _shun(self, endpoint: str) -> None:
        self._failed_at[endpoint] = time.monotonic()
        if endpoint == self._preferred:
            self._preferred = self._candidates()[0]

    def _trust(self, endpoint: str, status: int) -> None:
        if status < 500:
            self._failed_at.pop(endpoint, None)


_RENEW: Final = ("invalid auth token", "user name is empty", "revision of auth store is old")
"""What etcd says to a token that has expired, or is from before users and roles changed."""


def token_refused(reason: str) -> bool:
    """Whether signing in again may help."""
    return any(words in reason for words in _RENEW)
