"""Signing in: the challenge, the token server, the token cache (reference §3)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

import httpx2
import msgspec
from cachetools import LRUCache

from integrations.caller import Caller, Impersonation, UserPassword, UserToken, sendable
from integrations.contract import (
    ConfigurationError,
    DestinationRefused,
    UpstreamDenied,
    UpstreamFailed,
)
from integrations.lenient import read
from integrations.registry import errors
from integrations.registry.headers import Challenge, read_challenges
from integrations.registry.models import TokenAnswer
from integrations.registry.settings import RegistrySettings

CATALOGUE_SCOPE: Final = "registry:catalog:*"
_REFRESH_AT: Final = 0.8
_LONGEST: Final = 3600.0
_MAX_TOKENS: Final = 4096

Send = Callable[[httpx2.Request], Awaitable[tuple[httpx2.Response, bytes]]]


def pull_scope(repository: str) -> str:
    """The scope for reading one repository."""
    return f"repository:{repository}:pull"


def preferred(challenges: Iterable[Challenge]) -> Challenge | None:
    """How to sign in where there is a choice: by a token for just what is asked, else by name
    and password; None where a registry wants what no registry client has (Negotiate)."""
    by_scheme = {challenge.scheme: challenge for challenge in reversed(list(challenges))}
    bearer = by_scheme.get("bearer")
    if bearer is not None and bearer.parameters.get("realm"):
        return bearer
    return by_scheme.get("basic")


class Authenticator:
    """Gives the ``Authorization`` header for a scope; learns the scheme from the first 401."""

    def __init__(self, settings: RegistrySettings, http: httpx2.AsyncClient, send: Send) -> None:
        self._settings = settings
        self._http = http
        self._send = send
        self._upstream = errors.upstream_name(settings.name)
        self._challenge: Challenge | None = None
        self._tokens: LRUCache[tuple[str, str], tuple[str, float]] = LRUCache(_MAX_TOKENS)
        self._lock = asyncio.Lock()

    async def header(self, scope: str, as_: Caller | None = None) -> str:
        """The header's value, empty when none is needed (yet).

        Raises `ConfigurationError` for a caller that a registry cannot know: it has no
        impersonation.
        """
        if isinstance(as_, UserToken):
            return f"Bearer {as_.token}"
        if isinstance(as_, Impersonation):
            raise ConfigurationError(self._upstream, "a registry knows its own users only")
        if self._challenge is None:
            return ""
        if self._challenge.scheme == "basic":
            return self._basic(as_)
        async with self._lock:
            token, good_until = self._tokens.get(_key(scope, as_), ("", 0.0))
            if time.monotonic() >= good_until:
                token = await self._fetch(self._challenge, scope, as_)
        return f"Bearer {token}"

    def challenged(
        self, headers: Sequence[str], scope: str, *, signed: bool, as_: Caller | None = None
    ) -> bool:
        """Note a 401 and its challenges; True when a retry with a fresh credential makes sense.

        `signed` says whether the refused request carried one.
        """
        challenge = preferred(read_challenges(headers))
        if challenge is None or isinstance(as_, UserToken):
            return False
        self._challenge = challenge
        if challenge.scheme == "basic":
            return not signed and bool(self._basic(as_))
        self._tokens.pop(_key(scope, as_), None)
        return True

    def _basic(self, as_: Caller | None) -> str:
        name, password = self._settings.username, self._settings.password.get_secret_value()
        if isinstance(as_, UserPassword):
            name, password = as_.user, as_.password
        if not name:
            return ""
        request = self._http.build_request("GET", self._settings.url)
        return next(httpx2.BasicAuth(name, password).auth_flow(request)).headers["Authorization"]

    async def _fetch(self, challenge: Challenge, scope: str, as_: Caller | None) -> str:
        realm = self._checked(challenge.parameters["realm"])
        parameters = {"scope": scope} if scope else {}
        if service := challenge.parameters.get("service"):
            parameters["service"] = service
        basic = self._basic(as_)
        request = self._http.build_request(
            "GET",
            httpx2.URL(realm).copy_merge_params(parameters),
            headers={"Authorization": basic} if basic else {},
        )
        response, body = await self._send(request)
        if response.status_code != 200:
            error = errors.from_answer(self._upstream, response.status_code, body)
            raise UpstreamDenied(self._upstream, f"no token was given: {error.message}")
        try:
            answer, _ = read(body, TokenAnswer)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise UpstreamFailed(self._upstream, "the token server's answer is unusable") from error
        token = answer.token or answer.access_token
        if not sendable(token):
            raise UpstreamFailed(self._upstream, "the token server gave no token that can be sent")
        life = min(max(answer.expires_in, 1.0), _LONGEST) * _REFRESH_AT
        self._tokens[_key(scope, as_)] = (token, time.monotonic() + life)
        return token

    def _checked(self, realm: str) -> str:
        """The realm, if the operator allows its host and it is not weaker than the registry."""
        parts = urlsplit(realm)
        allowed = {self._settings.host, *(host.lower() for host in self._settings.realm_hosts)}
        if parts.netloc.lower() not in allowed or parts.username:
            raise DestinationRefused(
                self._upstream,
                f"it wants us to sign in at {parts.hostname!r}, which is not in realm_hosts",
            )
        if parts.scheme != "https" and not self._settings.url.startswith("http:"):
            raise DestinationRefused(self._upstream, "its token server is not on https")
        return realm


def _key(scope: str, as_: Caller | None) -> tuple[str, str]:
    """A token is for these very rights, of this very caller."""
    return scope, as_.key if as_ is not None else ""
