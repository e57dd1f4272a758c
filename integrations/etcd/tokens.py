"""The tokens in force: the connection's own, and those of the callers it asks for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from cachetools import TTLCache

from integrations.caller import Caller, Impersonation, UserPassword, UserToken
from integrations.contract import ConfigurationError, UpstreamDenied
from integrations.etcd.settings import EtcdSettings

__all__ = ["Tokens"]

_OWN: Final = ""
_CALLERS: Final = 1024
_SECONDS: Final = 240.0
"""Less than etcd's own 300 s, which each use prolongs."""

_REFUSED_SECONDS: Final = 10.0
"""How long a refused sign-in is believed: each costs every member a password hash, and polls,
watches and pages would all ask."""

Authenticate = Callable[[str, str, str], Awaitable[str]]
"""Endpoint, name and password → token; empty when etcd's authentication is off."""


class Tokens:
    """Gives the token for a caller; each is fetched once for all who wait for it."""

    def __init__(self, settings: EtcdSettings, upstream: str, authenticate: Authenticate) -> None:
        self._settings = settings
        self._upstream = upstream
        self._authenticate = authenticate
        self._own = ""
        self._open = False  # the cluster said that its authentication is off
        self._refused: tuple[float, UpstreamDenied] | None = None
        self._callers: TTLCache[str, str] = TTLCache(_CALLERS, _SECONDS)
        self._lock = asyncio.Lock()

    @property
    def own(self) -> str:
        """The connection's own without fetching one."""
        return self._own

    async def get(self, endpoint: str, as_: Caller | None = None) -> str:
        """The token in force, fetched when there is none; empty where none is needed.

        Raises `ConfigurationError` for a caller that etcd cannot know: it has no impersonation.
        """
        if isinstance(as_, UserToken):
            return as_.token
        if isinstance(as_, Impersonation):
            raise ConfigurationError(self._upstream, "etcd knows its own users only")
        if isinstance(as_, UserPassword):
            return await self._of(endpoint, as_)
        if not self._settings.username or self._own or self._open:
            return self._own
        async with self._lock:
            if not self._own and not self._open:
                self._own = await self._sign_in(endpoint)
                self._open = not self._own
        return self._own

    async def _sign_in(self, endpoint: str) -> str:
        if self._refused is not None and time.monotonic() < self._refused[0]:
            _, error = self._refused
            raise UpstreamDenied(error.upstream, error.message)
        password = self._settings.password.get_secret_value()
        try:
            token = await self._authenticate(endpoint, self._settings.username, password)
        except UpstreamDenied as error:
            self._refused = (time.monotonic() + _REFUSED_SECONDS, error)
            raise
        self._refused = None
        return token

    async def _of(self, endpoint: str, caller: UserPassword) -> str:
        async with self._lock:
            token = self._callers.get(caller.key)
            if token is None:
                token = await self._authenticate(endpoint, caller.user, caller.password)
                self._callers[caller.key] = token
        return token

    def forget(self, token: str) -> None:
        """Drop `token` unless somebody has renewed it already."""
        if self._own == token:
            self._own = ""
            self._open = False
        for key in [key for key, held in self._callers.items() if held == token]:
            self._callers.pop(key, None)
