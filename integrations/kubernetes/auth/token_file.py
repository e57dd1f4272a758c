"""A bearer token kept in a file that something else renews (projected service accounts)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from integrations.kubernetes.auth.access import ClientCredential
from integrations.kubernetes.errors import ConfigurationError

__all__ = ["TokenFile"]

REREAD_SECONDS: Final = 60.0
MAX_TOKEN_BYTES: Final = 64 * 1024


class TokenFile:
    """Reads the token again every minute, and at once when the API server refused it."""

    def __init__(
        self,
        path: Path,
        upstream: str,
        *,
        certificate: bytes | None = None,
        key: bytes | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._upstream = upstream
        self._pair = (certificate, key)
        self._clock = clock
        self._token: str | None = None
        self._read_at = 0.0

    async def current(self) -> ClientCredential:
        """The token in the file; raises `ConfigurationError` when it cannot be read."""
        if self._token is None or self._clock() - self._read_at > REREAD_SECONDS:
            self._token = await asyncio.to_thread(self._read)
            self._read_at = self._clock()
        certificate, key = self._pair
        return ClientCredential(token=self._token, certificate=certificate, key=key)

    def invalidate(self) -> bool:
        """Read the file again next time."""
        self._token = None
        return True

    def _read(self) -> str:
        try:
            with self._path.open("rb") as file:
                data = file.read(MAX_TOKEN_BYTES + 1)
        except OSError as error:
            message = f"the token file {self._path} cannot be read: {error.strerror}"
            raise ConfigurationError(self._upstream, message) from error
        if len(data) > MAX_TOKEN_BYTES or not data.strip():
            raise ConfigurationError(self._upstream, f"{self._path} does not hold a token")
        return data.decode("ascii", "replace").strip()
