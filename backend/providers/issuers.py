"""The public keys of those who sign tokens of workloads: read when needed, kept for an hour.

They are read again, once, when a token names a key that is not known, at most every
`FORCED_SECONDS` for each: a stream of made-up key ids does not become a stream of requests.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from auth.oidc.metadata import discovery_address, read_signing
from auth.oidc.problems import Rejected, StaleKeys
from auth.oidc.signatures import Keys, read_keys, verified_claims
from backend.providers.outward import Outward, Unreachable

__all__ = ["Issuers", "Published", "Source"]

KEPT_SECONDS: Final = 3600.0
FORCED_SECONDS: Final = 30.0
FAILED_SECONDS: Final = 5.0
"""For so long one that did not answer counts as silent: nobody waits for it again."""
_REMEMBERED: Final = 256


@dataclass(frozen=True, slots=True)
class Published:
    """What an issuer signs with."""

    issuer: str
    keys: Keys
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an issuer publishes: `key` is unique to it. `read` raises `Unreachable`, `Rejected`."""

    key: tuple[str, ...]
    read: Callable[[], Awaitable[Published]]


@dataclass(frozen=True, slots=True)
class _Named:
    issuer: str


@dataclass(slots=True)
class _Known:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    published: Published | None = None
    read: float = 0.0
    forced: float = 0.0
    failed: float = 0.0
    failure: str = ""


class Issuers:
    """One a process. `clock` gives monotonic seconds."""

    def __init__(self, outward: Outward, clock: Callable[[], float] = time.monotonic) -> None:
        self._outward = outward
        self._clock = clock
        self._known: OrderedDict[tuple[str, ...], _Known] = OrderedDict()

    def at(self, issuer: str) -> Source:
        """The one at an address."""

        async def read() -> Published:
            named = _Named(issuer)
            discovery = await self._outward.read_json(
                discovery_address(issuer), named, declared=False
            )
            jwks, algorithms = read_signing(issuer, discovery)
            keys = await self._outward.read_json(jwks, named, declared=False)
            return Published(issuer, read_keys(keys), algorithms)

        return Source(("address", issuer), read)

    def against(self, issuer: str) -> str:
        """What speaks against asking the one at this address; empty when nothing does."""
        return self._outward.against(issuer, _Named(issuer), declared=False)

    async def published(self, source: Source, *, fresh: bool = False) -> Published:
        """What it publishes. Raises `Unreachable` and `Rejected`."""
        known = self._of(source)
        async with known.lock:
            old = self._clock() > known.read + KEPT_SECONDS
            if known.published is None or old or fresh:
                await self._read(known, source, fresh=fresh)
            if known.published is None:
                raise Unreachable(known.failure)
            return known.published

    async def verify(self, token: str, source: Source) -> dict[str, Any]:
        """The claims of a token that it signed. Raises `Unreachable` and `Rejected`."""
        known = await self.published(source)
        try:
            return verified_claims(token, known.keys, known.algorithms)
        except StaleKeys as error:
            newer = await self._forced(source)
            if newer is None:
                raise Rejected(f"{error} (its keys were read again a moment ago)") from error
            return verified_claims(token, newer.keys, newer.algorithms)

    async def _forced(self, source: Source) -> Published | None:
        """What it publishes, read again; None when that was done a moment ago."""
        known, now = self._of(source), self._clock()
        if known.forced and now < known.forced + FORCED_SECONDS:
            return None
        known.forced = now
        return await self.published(source, fresh=True)

    async def _read(self, known: _Known, source: Source, *, fresh: bool) -> None:
        now = self._clock()
        if known.failed and now < known.failed + FAILED_SECONDS and not fresh:
            raise Unreachable(known.failure)
        try:
            known.published, known.read, known.failed = await source.read(), now, 0.0
        except (Unreachable, Rejected) as error:
            known.failed, known.failure = self._clock(), str(error)
            raise

    def _of(self, source: Source) -> _Known:
        known = self._known.setdefault(source.key, _Known())
        self._known.move_to_end(source.key)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return known
