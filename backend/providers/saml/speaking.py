"""The conversation with a SAML provider: where to send the browser, and what it came back with.

Imported with the first sign-in, not at start: the libraries take a third of a second to load. XML
and signatures are read in a thread, a few at once, each in bounded time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from auth.oidc.problems import Rejected, StaleKeys
from auth.person import Person
from auth.saml.answer import read_answer
from auth.saml.assertion import Expected, Stated
from auth.saml.certificates import Certificate, certificate_of_pem
from auth.saml.encryption import read_keys
from auth.saml.metadata import IdpMetadata
from auth.saml.person import read_person, shown
from auth.saml.provider import SamlProvider
from auth.saml.requests import our_metadata, request_address
from auth.saml.site import Site
from backend.providers.outward import Outward
from backend.providers.saml.answered import Asserted
from backend.providers.saml.documents import SamlDocuments

__all__ = ["Saml"]

SECONDS: float = 10.0
_AT_ONCE: Final = 4


class Saml:
    """Speaks with SAML providers on behalf of one console; one a process."""

    def __init__(self, outward: Outward) -> None:
        self._outward = outward
        self._documents = SamlDocuments(outward)
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def published(self, provider: SamlProvider, *, declared: bool) -> IdpMetadata:
        """What the provider publishes now. Raises `Unreachable` and `Rejected`."""
        return await SamlDocuments(self._outward).metadata(provider, declared=declared)

    async def known(self, provider: SamlProvider, *, declared: bool) -> IdpMetadata:
        """What it published when it was read last, an hour ago at most. Raises the same."""
        return await self._documents.metadata(provider, declared=declared)

    async def address(
        self,
        provider: SamlProvider,
        site: Site,
        *,
        declared: bool,
        request: str,
        state: str,
        fresh: bool,
    ) -> str:
        """Where the browser goes to sign in. Raises `Unreachable` and `Rejected`."""
        metadata = await self._documents.metadata(provider, declared=declared)
        return request_address(
            provider,
            site,
            metadata.sign_in,
            request=request,
            state=state,
            now=time.time(),
            fresh=fresh,
        )

    async def asserted(
        self, provider: SamlProvider, site: Site, *, declared: bool, request: str, posted: str
    ) -> Asserted:
        """Whom a posted answer is of. Raises `Refused` where the provider says no, `Rejected`
        where it is not believed, `Unreachable` where its metadata cannot be read."""
        expected = Expected(provider.entity_id, site.entity_id, site.consumer, request)
        metadata = await self._documents.metadata(provider, declared=declared)
        try:
            return await self._read(provider, expected, metadata.certificates, posted)
        except StaleKeys as error:
            newer = await self._documents.forced(provider, declared=declared)
            if newer is None:
                raise
            if {one.fingerprint for one in newer.certificates} == {
                one.fingerprint for one in metadata.certificates
            }:
                raise Rejected(str(error)) from error
            return await self._read(provider, expected, newer.certificates, posted)

    def own_certificates(self, provider: SamlProvider) -> list[Certificate]:
        """Those of the keys that assertions may be encrypted for, the newest first."""
        return [certificate_of_pem(one) for one in provider.sp_certificates]

    def metadata(self, provider: SamlProvider, site: Site) -> bytes:
        """Ours, for the provider to read."""
        return our_metadata(site, provider.sp_certificates, persistent=not provider.subject)

    async def _read(
        self,
        provider: SamlProvider,
        expected: Expected,
        certificates: Sequence[Certificate],
        posted: str,
    ) -> Asserted:
        def read() -> tuple[Stated, Person]:
            keys = read_keys(provider.sp_keys.get_secret_value())
            stated = read_answer(posted, expected, certificates, keys, time.time())
            return stated, read_person(stated, provider, expected.audience)

        try:
            async with asyncio.timeout(SECONDS), self._places:
                stated, person = await asyncio.to_thread(read)
        except TimeoutError:
            raise Rejected(f"the answer could not be read within {SECONDS:.0f} seconds") from None
        return Asserted(
            person=person,
            identifier=stated.identifier,
            ends=stated.ends,
            authenticated=stated.authenticated,
            context=stated.context,
            claims=shown(stated),
        )
