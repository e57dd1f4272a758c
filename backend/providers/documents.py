"""What providers publish, discovery and keys: read when needed, kept for an hour.

Keys are read again, once, when a token needs one that is not known: a provider may have changed
them. A stream of tokens with made-up key ids must not become a stream of requests, so that is done
at most every `FORCED_SECONDS` for each provider.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from auth.oidc.metadata import Metadata, discovery_address, read_metadata
from auth.oidc.problems import Rejected, StaleKeys
from auth.oidc.provider import OidcProvider
from auth.oidc.signatures import Keys, read_keys, verified_claims
from backend.providers.outward import Outward, Unreachable

__all__ = ["FORCED_SECONDS", "Documents"]

KEPT_SECONDS: Final = 3600.0
FORCED_SECONDS: Final = 30.0
FAILED_SECONDS: Final = 5.0
"""For so long a provider that did not answer counts as silent: who waited for it together does
not wait for it again one after the other."""


@dataclass(slots=True)
class _Known:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    metadata: Metadata | None = None
    read: float = 0.0
    keys: Keys = ()
    keys_read: float = 0.0
    forced: float = 0.0
    failed: float = 0.0
    failure: str = ""


class Documents:
    """One a process. `clock` gives monotonic seconds."""

    def __init__(self, outward: Outward, clock: Callable[[], float] = time.monotonic) -> None:
        self._outward = outward
        self._clock = clock
        self._known: dict[tuple[str, str, bool], _Known] = {}

    async def metadata(
        self, provider: OidcProvider, *, declared: bool, fresh: bool = False
    ) -> Metadata:
        """Its discovery document. Raises `Unreachable` and `Rejected`."""
        known = self._of(provider, declared=declared)
        async with known.lock:
            return await self._metadata(known, provider, declared=declared, fresh=fresh)

    def present(self, provider: OidcProvider, *, declared: bool) -> Metadata | None:
        """Its discovery document as it was read last, if it was: nobody is asked."""
        return self._of(provider, declared=declared).metadata

    async def keys(self, provider: OidcProvider, *, declared: bool, fresh: bool = False) -> Keys:
        """Its signing keys. Raises `Unreachable` and `Rejected`."""
        known = self._of(provider, declared=declared)
        async with known.lock:
            metadata = await self._metadata(known, provider, declared=declared, fresh=False)
            if fresh or not known.keys or self._old(known.keys_read):
                await self._read_keys(known, metadata, provider, declared=declared)
            return known.keys

    async def verify(self, token: str, provider: OidcProvider, *, declared: bool) -> dict[str, Any]:
        """The claims of a token that the provider signed. Raises `Unreachable`, `Rejected`."""
        metadata = await self.metadata(provider, declared=declared)
        keys = await self.keys(provider, declared=declared)
        try:
            return verified_claims(token, keys, metadata.algorithms)
        except StaleKeys as error:
            newer = await self._forced(provider, declared=declared)
            if newer is None:
                raise Rejected(f"{error} (its keys were read again a moment ago)") from error
            return verified_claims(token, newer, metadata.algorithms)

    async def _forced(self, provider: OidcProvider, *, declared: bool) -> Keys | None:
        """The keys, read again; None when that was done a moment ago."""
        known = self._of(provider, declared=declared)
        now = self._clock()
        if known.forced and now < known.forced + FORCED_SECONDS:
            return None
        keys = await self.keys(provider, declared=declared, fresh=True)
        known.forced = now
        return keys

    async def _metadata(
        self, known: _Known, provider: OidcProvider, *, declared: bool, fresh: bool
    ) -> Metadata:
        if known.metadata is not None and not fresh and not self._old(known.read):
            return known.metadata
        if not known.failed or self._clock() > known.failed + FAILED_SECONDS:
            try:
                return await self._read_metadata(known, provider, declared=declared)
            except Unreachable as error:
                known.failed, known.failure = self._clock(), str(error)
        if known.metadata is None or fresh:
            raise Unreachable(known.failure)
        return known.metadata  # old, and better than none

    async def _read_metadata(
        self, known: _Known, provider: OidcProvider, *, declared: bool
    ) -> Metadata:
        url = discovery_address(provider.issuer)
        document = await self._outward.read_json(url, provider, declared=declared)
        metadata = read_metadata(provider.issuer, document)
        for asked in metadata.asked:
            if message := self._outward.against(asked, provider, declared=declared):
                raise Rejected(message)
        known.metadata, known.read, known.failed = metadata, self._clock(), 0.0
        return metadata

    async def _read_keys(
        self, known: _Known, metadata: Metadata, provider: OidcProvider, *, declared: bool
    ) -> None:
        document = await self._outward.read_json(metadata.jwks, provider, declared=declared)
        known.keys, known.keys_read = read_keys(document), self._clock()

    def _of(self, provider: OidcProvider, *, declared: bool) -> _Known:
        key = (provider.name, provider.issuer, declared)
        return self._known.setdefault(key, _Known())

    def _old(self, read: float) -> bool:
        return self._clock() > read + KEPT_SECONDS
