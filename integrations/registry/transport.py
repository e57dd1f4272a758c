"""HTTP towards one registry: TLS, limits, deadlines, credentials, redirects of blobs.

One `httpx2` client with at most `concurrency` calls under way. Cookies are not stored (a
write carrying Harbor's is refused), redirects are followed for blobs only, each hop checked
against the allow-list and without credentials on another host.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx2

from integrations.caller import Caller
from integrations.contract import (
    CallerDenied,
    DestinationRefused,
    UpstreamDenied,
    UpstreamFailed,
)
from integrations.failures import from_transport
from integrations.registry import errors
from integrations.registry.auth import Authenticator
from integrations.registry.settings import RegistrySettings
from integrations.sending import Observe, ignore, observed, send
from integrations.upstream import bounded_client, guarded_network

_HOPS: Final = 3
_LONGEST_WAIT: Final = 5.0
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class RegistryAnswer:
    """A completed answer with its whole body."""

    status: int
    headers: httpx2.Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    scope: str
    headers: Mapping[str, str]
    params: Mapping[str, str] | None
    blob: bool
    limit: int | None
    as_: Caller | None


def network(settings: RegistrySettings) -> httpx2.AsyncBaseTransport:
    """The way to the registry. Opens nothing yet; certificates are read at the first request
    and when they are renewed."""
    most = settings.concurrency + 2
    limits = httpx2.Limits(max_connections=most, max_keepalive_connections=most)
    return guarded_network(
        errors.upstream_name(settings.name),
        settings.networks,
        settings.tls,
        limits,
        listed=not settings.typed,
    )


class RegistryTransport:
    """Authorised, bounded requests to one registry."""

    def __init__(
        self,
        settings: RegistrySettings,
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Observe = ignore,
    ) -> None:
        self.settings = settings
        self._observe = observe
        self.upstream = errors.upstream_name(settings.name)
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._http = bounded_client(transport or network(settings), deadline=settings.deadline)
        self._http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._auth = Authenticator(settings, self._http, self._exchange)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def get(
        self,
        path: str,
        scope: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        blob: bool = False,
        limit: int | None = None,
        gated: bool = True,
        as_: Caller | None = None,
    ) -> RegistryAnswer:
        """Ask for `path` (below the configured URL) with a credential for `scope`, as `as_` where
        one is given (`CallerDenied` is then their lack of rights).

        Answers 2xx and 304; everything else is raised as the shared tree's error. `blob`
        allows redirects. All of it within one deadline. Only health is asked without the
        gate: waiting behind a crawl it would take a busy registry for a dead one.
        """
        call = _Call(method, path, scope, headers or {}, params, blob, limit, as_)
        with observed(self._observe, _purpose(path)):
            try:
                answer = await self._bounded(call, self._slots if gated else nullcontext())
                if 200 <= answer.status < 300 or answer.status == 304:
                    return answer
                raise errors.from_answer(self.upstream, answer.status, answer.body)
            except UpstreamDenied as error:
                if as_ is None:
                    raise
                raise CallerDenied(self.upstream, error.message, missing=scope) from error

    async def _bounded(
        self, call: _Call, gate: AbstractAsyncContextManager[None]
    ) -> RegistryAnswer:
        try:
            async with asyncio.timeout(self.settings.deadline), gate:
                answer = await self._authorised(call)
                if call.blob and answer.status in _REDIRECTS:
                    url = self.settings.url + call.path
                    answer = await self._follow(url, answer, call.headers, call.limit)
        except TimeoutError as error:
            raise from_transport(self.upstream, error) from error
        return answer

    async def _authorised(self, call: _Call) -> RegistryAnswer:
        """Send; sign in once when asked to, wait once when told to slow down."""
        signed_in = waited = False
        while True:
            credential = await self._auth.header(call.scope, call.as_)
            signature = {"Authorization": credential} if credential else {}
            request = self._http.build_request(
                call.method,
                self.settings.url + call.path,
                params=call.params,
                headers={**call.headers, **signature},
            )
            response, body = await self._exchange(request, call.limit)
            if response.status_code == 401 and not signed_in:
                signed_in = True
                challenges = response.headers.get_list("www-authenticate")
                if self._auth.challenged(
                    challenges, call.scope, signed=bool(credential), as_=call.as_
                ):
                    continue
            if response.status_code == 429 and not waited:
                waited = True
                await asyncio.sleep(_wait(response.headers.get("retry-after", "")))
                continue
            return RegistryAnswer(response.status_code, response.headers, body)

    async def _follow(
        self, url: str, answer: RegistryAnswer, headers: Mapping[str, str] | None, limit: int | None
    ) -> RegistryAnswer:
        for _ in range(_HOPS):
            if answer.status not in _REDIRECTS:
                return answer
            target = urljoin(url, answer.headers.get("location", ""))
            self._check_blob_host(url, target)
            url = target
            request = self._http.build_request("GET", url, headers=dict(headers or {}))
            response, body = await self._exchange(request, limit)
            answer = RegistryAnswer(response.status_code, response.headers, body)
        raise UpstreamFailed(self.upstream, "it redirects a blob again and again")

    def _check_blob_host(self, before: str, target: str) -> None:
        parts = urlsplit(target)
        allowed = {self.settings.host, *(host.lower() for host in self.settings.blob_hosts)}
        if parts.netloc.lower() not in allowed or parts.username:
            raise DestinationRefused(
                self.upstream,
                f"it stores blobs at {parts.hostname!r}, which is not in blob_hosts",
            )
        if parts.scheme not in {"https", urlsplit(before).scheme}:
            raise DestinationRefused(self.upstream, "it redirects a blob away from https")

    async def _exchange(
        self, request: httpx2.Request, limit: int | None = None
    ) -> tuple[httpx2.Response, bytes]:
        most = limit or self.settings.max_document
        try:
            response = await send(self._http, request)
            try:
                chunks: list[bytes] = []
                size = 0
                async for chunk in response.aiter_bytes():
                    size += len(chunk)
                    if size > most:
                        text = f"an answer is larger than {most} bytes"
                        raise UpstreamFailed(self.upstream, text)
                    chunks.append(chunk)
            finally:
                await response.aclose()
        except httpx2.TransportError as error:
            raise from_transport(self.upstream, error) from error
        return response, b"".join(chunks)


def _purpose(path: str) -> str:
    """What a path is asked for, as a metric's label: few values, no names in them."""
    for word in ("_catalog", "tags", "manifests", "blobs", "referrers"):
        if f"/{word}" in path:
            return word.lstrip("_")
    return "health"


def _wait(text: str) -> float:
    """Seconds of a ``Retry-After``; a date or nonsense is taken as one second."""
    return min(float(text), _LONGEST_WAIT) if text.isdigit() else 1.0
