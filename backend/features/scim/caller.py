"""Who asks: a provider, by its token."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col
from starlette.requests import Request

from auth.oidc.provider import SUBJECT, OidcProvider
from auth.providers import AnyProvider
from auth.tokens import is_scim_token
from backend.audit import Origin
from backend.db.provisioning import ProvisioningToken
from backend.errors import TooManyRequests, Unauthenticated, Unavailable
from backend.http.connections import address_group
from backend.http.credentials import bearer_token
from backend.identity.badtokens import BadTokens
from backend.identity.epoch import hold_epoch
from backend.identity.tokens import digest
from backend.parts import parts_of
from backend.providers.service import Providers

__all__ = ["Caller", "caller_of"]

_WRITTEN_SECONDS: Final = 30.0
"""How often the time of a token's last use is written."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A provider that asks with a token of its own, and as whom what it does is recorded. While it
    is switched off its people are still told of, and its groups give nothing."""

    provider: AnyProvider
    enabled: bool
    origin: Origin
    providers: Providers

    @property
    def name(self) -> str:
        """The provider's."""
        return self.provider.name

    @property
    def issuer(self) -> str:
        """What its people are known within."""
        return self.provider.identity_issuer

    @property
    def by_subject(self) -> bool:
        """Whether its SCIM client calls people by what their sign-in calls them."""
        return (
            not isinstance(self.provider, OidcProvider) or self.provider.external_claim == SUBJECT
        )

    async def hold(self, db: AsyncSession) -> None:
        """The epoch, for a change. `Unauthenticated` where meanwhile the token was taken away or
        the provider removed; `Unavailable` where it was switched on or off: ask again."""
        await hold_epoch(db)
        token = await db.get(ProvisioningToken, self.origin.credential_id, populate_existing=True)
        known = await self.providers.find(db, self.name) if token else None
        if token is None or token.expires <= time.time() or known is None:
            raise _unknown()
        if known.provider is None or known.provider.identity_issuer != self.issuer:
            raise _unknown()
        if known.enabled != self.enabled:
            raise Unavailable("The provider was switched at this moment: ask again.")


async def caller_of(
    request: Request, db_sessions: async_sessionmaker[AsyncSession], organisation: str
) -> Caller:
    """The provider whose token the request shows. `Unauthenticated` for any other token and none,
    `TooManyRequests` where many unknown ones came from."""
    secret = bearer_token(request.headers.get("authorization", "")) or ""
    if not is_scim_token(secret):
        raise _unknown()
    address = request.client.host if request.client else ""
    bad, group = parts_of(request).find(BadTokens), address_group(address)
    if bad is not None:
        _refuse(bad.ask(group))
    providers = parts_of(request).get(Providers)
    now = time.time()
    async with db_sessions() as db:
        token = await db.get(ProvisioningToken, digest(secret))
        known = await providers.find(db, token.provider) if token else None
    if token is None and bad is not None:
        _refuse(await bad.count(group))
    if token is None or token.expires <= now or known is None or known.provider is None:
        raise _unknown()
    if known.provider.identity_issuer != token.issuer:
        raise _unknown()
    if (token.last_used or 0.0) < now - _WRITTEN_SECONDS:
        await _used(db_sessions, token.id, address, now)
    origin = Origin(
        organisation,
        f"SCIM of {token.provider} ({token.prefix}…)",
        "system",
        credential_kind="token",
        credential_id=token.id,
        provider=f"scim:{token.provider}",
    )
    return Caller(known.provider, known.enabled, origin.over(request), providers)


async def _used(
    db_sessions: async_sessionmaker[AsyncSession], token_id: str, address: str, now: float
) -> None:
    table = ProvisioningToken
    before = or_(col(table.last_used).is_(None), col(table.last_used) < now)
    used = update(table).where(col(table.id) == token_id, before)
    async with db_sessions() as db, db.begin():
        await db.execute(used.values(last_used=now, last_address=address[:64]))


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        "Send the token of a provider (Access > Identity providers > the provider) as bearer token."
    )


def _refuse(seconds: int) -> None:
    if seconds:
        raise TooManyRequests(
            f"Too many unknown tokens came from this address. Try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )
