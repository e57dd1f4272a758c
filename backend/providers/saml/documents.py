"""Metadata of SAML providers: pasted, or read at its address and kept for an hour.

It is read again, once, when a signature is by a certificate that is not known: a provider may have
changed it. A stream of made-up signatures must not become a stream of requests, so that is done at
most every `FORCED_SECONDS` for each provider.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from auth.oidc.problems import Rejected
from auth.saml.metadata import IdpMetadata, read_metadata
from auth.saml.provider import SamlProvider
from backend.providers.outward import Outward, Unreachable

__all__ = ["FORCED_SECONDS", "SamlDocuments"]

KEPT_SECONDS: Final = 3600.0
FORCED_SECONDS: Final = 30.0
FAILED_SECONDS: Final = 5.0
"""For so long a provider that did not answer counts as silent."""
_REMEMBERED: Final = 256
_ACCEPT: Final = {"Accept": "application/samlmetadata+xml, application/xml, text/xml"}


@dataclass(frozen=True, slots=True)
class _At:
    """Whoever publishes at an address."""

    issuer: str


@dataclass(slots=True)
class _Known:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    metadata: IdpMetadata | None = None
    read: float = 0.0
    forced: float = 0.0
    failed: float = 0.0
    failure: str = ""


class SamlDocuments:
    """One a process. `clock` gives monotonic seconds."""

    def __init__(self, outward: Outward, clock: Callable[[], float] = time.monotonic) -> None:
        self._outward = outward
        self._clock = clock
        self._known: OrderedDict[tuple[str, ...], _Known] = OrderedDict()

    async def metadata(
        self, provider: SamlProvider, *, declared: bool, fresh: bool = False
    ) -> IdpMetadata:
        """Its metadata. Raises `Unreachable` and `Rejected`."""
        if not provider.metadata_url:
            return await self._pasted(provider, declared=declared)
        known = self._of(provider, declared=declared)
        async with known.lock:
            now = self._clock()
            if known.metadata is not None and not fresh and now <= known.read + KEPT_SECONDS:
                return self._in_force(known.metadata)
            if not known.failed or now > known.failed + FAILED_SECONDS:
                try:
                    known.metadata = await self._read(provider, declared=declared)
                except Unreachable as error:
                    known.failed, known.failure = self._clock(), str(error)
                else:
                    known.read, known.failed = self._clock(), 0.0
                    return known.metadata
            if known.metadata is None or fresh:
                raise Unreachable(known.failure)
            return self._in_force(known.metadata)  # old, and better than none

    async def forced(self, provider: SamlProvider, *, declared: bool) -> IdpMetadata | None:
        """The same, read again; None where nothing newer can be had now."""
        if not provider.metadata_url:
            return None
        known, now = self._of(provider, declared=declared), self._clock()
        if known.forced and now < known.forced + FORCED_SECONDS:
            return None
        known.forced = now
        return await self.metadata(provider, declared=declared, fresh=True)

    async def _read(self, provider: SamlProvider, *, declared: bool) -> IdpMetadata:
        url = provider.metadata_url
        content = await self._outward.read(url, _At(url), declared=declared, headers=_ACCEPT)
        found = await asyncio.to_thread(read_metadata, content, provider.entity_id, time.time())
        self._check_place(found, url, declared=declared)
        return found

    async def _pasted(self, provider: SamlProvider, *, declared: bool) -> IdpMetadata:
        content = provider.metadata.encode()
        found = await asyncio.to_thread(read_metadata, content, provider.entity_id, time.time())
        self._check_place(found, found.sign_in, declared=declared)
        return found

    def _check_place(self, found: IdpMetadata, written: str, *, declared: bool) -> None:
        if message := self._outward.against(found.sign_in, _At(written), declared=declared):
            raise Rejected(message)

    @staticmethod
    def _in_force(metadata: IdpMetadata) -> IdpMetadata:
        if metadata.until is not None and metadata.until < time.time():
            raise Rejected("the metadata is no longer valid (validUntil), and there is no newer")
        return metadata

    def _of(self, provider: SamlProvider, *, declared: bool) -> _Known:
        key = (provider.name, provider.entity_id, provider.metadata_url, str(declared))
        known = self._known.setdefault(key, _Known())
        self._known.move_to_end(key)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return known
