"""The HTTP clients of one API server: replaced when trust or certificate change."""

from __future__ import annotations

from collections.abc import Callable

import httpx2

from integrations.kubernetes.auth.access import Access, ClientCredential

__all__ = ["HttpPool"]

Make = Callable[[Access, ClientCredential], httpx2.AsyncClient]


class HttpPool:
    """Gives the client for an access and a credential, made by `make` when either changed."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._http: httpx2.AsyncClient | None = None
        self._retired: httpx2.AsyncClient | None = None
        self._trust: tuple[object, ...] = ()

    async def client(self, access: Access, credential: ClientCredential) -> httpx2.AsyncClient:
        """The client in force. Raises `ConfigurationError` for unusable certificate data."""
        trust = (
            access.ca, access.insecure, access.proxy, credential.certificate, credential.key,
        )  # fmt: skip
        if self._http is None or trust != self._trust:
            await self._replace(self._make(access, credential))
            self._trust = trust
        assert self._http is not None  # noqa: S101 - for the type checker
        return self._http

    async def aclose(self) -> None:
        """Close every connection."""
        await self._replace(None)
        await self._replace(None)

    async def _replace(self, new: httpx2.AsyncClient | None) -> None:
        """Put another client in force. The one before may be about to send: it is closed one
        replacement later."""
        retired, self._retired, self._http = self._retired, self._http, new
        if retired is not None:
            await retired.aclose()
