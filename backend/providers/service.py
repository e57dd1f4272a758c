"""The providers of one console and the way to speak with them."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.providers.documents import Documents
from backend.providers.ldap.directories import Directories
from backend.providers.ldap.places import Places
from backend.providers.ldap.servers import Servers
from backend.providers.outward import Outward
from backend.providers.records import KnownProvider, all_providers, find_provider
from backend.secrets.store import Secrets
from backend.settings import Settings

if TYPE_CHECKING:
    from backend.providers.protocol import Protocol
    from backend.providers.saml.speaking import Saml

__all__ = ["Providers"]


class Providers:
    """One a process."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        self.secrets = secrets
        self.outward = Outward(settings)
        self.directories = Directories(Servers(settings))
        self.places = Places()
        self._declared = settings.identity_providers
        self._protocol: Protocol | None = None
        self._saml: Saml | None = None

    async def all(self, db: AsyncSession) -> list[KnownProvider]:
        """All of them, in the order of their buttons, without their secrets."""
        return await all_providers(db, self._declared)

    async def names(self, db: AsyncSession) -> set[str]:
        """What they are called."""
        return {known.name for known in await self.all(db)}

    async def find(self, db: AsyncSession, name: str) -> KnownProvider | None:
        """The one of that name, enabled or not."""
        return await find_provider(db, self._declared, self.secrets, name)

    @property
    def loaded_protocol(self) -> Protocol | None:
        """The same, where somebody spoke with one before."""
        return self._protocol

    async def protocol(self) -> Protocol:
        """How to speak with them. Loads the libraries for it at the first call."""
        if self._protocol is None:
            found: Any = await asyncio.to_thread(import_module, "backend.providers.protocol")
            self._protocol = found.Protocol(self.outward, Documents(self.outward))
        return self._protocol

    async def saml(self) -> Saml:
        """How to speak with those of SAML. Loads the libraries for it at the first call."""
        if self._saml is None:
            found: Any = await asyncio.to_thread(import_module, "backend.providers.saml.speaking")
            self._saml = self._saml or found.Saml(self.outward)
        return self._saml
