"""What signing in by provider works with, and where this console is for providers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.saml.site import Site
from backend.audit import Refusals
from backend.db.session import DbSessions
from backend.errors import TooManyRequests
from backend.http.connections import address_group
from backend.identity.credentials import Identities
from backend.identity.limits import AttemptLimits, Limit
from backend.parts import part
from backend.providers.service import Providers
from backend.settings import Settings

__all__ = ["Door", "Entrance", "address_of", "callback_of", "count", "logout_of", "site_of"]


@dataclass(frozen=True, slots=True)
class Entrance:
    """The running console's parts."""

    settings: Settings
    db_sessions: async_sessionmaker[AsyncSession]
    identities: Identities
    attempts: AttemptLimits
    refusals: Refusals
    providers: Providers


async def entrance(
    settings: Annotated[Settings, part(Settings)],
    db_sessions: DbSessions,
    *,
    identities: Annotated[Identities, part(Identities)],
    attempts: Annotated[AttemptLimits, part(AttemptLimits)],
    refusals: Annotated[Refusals, part(Refusals)],
    providers: Annotated[Providers, part(Providers)],
) -> Entrance:
    """The running console's."""
    return Entrance(settings, db_sessions, identities, attempts, refusals, providers)


Door = Annotated[Entrance, Depends(entrance)]
"""Route parameter."""


def callback_of(base: str, name: str) -> str:
    """Where the provider of that name sends people back to: one address each (C8)."""
    return f"{base}/api/v1/signin/callback/{name}"


def site_of(base: str, name: str) -> Site:
    """What this console is for that provider, if it speaks SAML."""
    return Site(
        entity_id=f"{base}/api/v1/signin/metadata/{name}",
        consumer=f"{base}/api/v1/hooks/saml/{name}",
    )


def logout_of(base: str, name: str) -> str:
    """Where that provider tells that a session is over."""
    return f"{base}/api/v1/hooks/logout/{name}"


def address_of(request: Request) -> str:
    """The address of the peer."""
    return request.client.host if request.client else ""


async def count(entry: Entrance, request: Request, what: str) -> None:
    """Count what costs a row or a request to a provider: 60 at once from an address, then one a
    second. A flood from one place locks nobody else out; 429."""
    limit = Limit(what, address_group(address_of(request)), 60, 1.0)
    if wait := await entry.attempts.take([limit]):
        raise TooManyRequests(
            f"Too many attempts from your address. Try again in {wait} seconds.",
            headers={"Retry-After": str(wait)},
            retry_after=wait,
        )
