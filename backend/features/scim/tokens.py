"""The tokens of providers: made, rotated, revoked; authorised, recorded, felt at once.

Whoever holds one can put anybody the provider knows into any of its groups: that is as much as
changing the provider, so it needs the same rights.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Principal
from auth.scope import organisation
from auth.tokens import SCIM_SHOWN, make_scim_token
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.provisioning import ProvisioningToken
from backend.errors import Conflict, NotFoundProblem
from backend.http.guard import no_such, require
from backend.identity.epoch import hold_epoch
from backend.identity.tokens import digest
from backend.providers.records import KnownProvider
from backend.settings import Settings

__all__ = ["KIND", "Made", "Minting", "tokens_of"]

KIND: Final = "identity-provider"
_DAY: Final = 86400.0
_SHOWN: Final = frozenset({"expires"})
Made = tuple[str, ProvisioningToken]
"""A secret, to be told once, and its record."""


async def tokens_of(db: AsyncSession, provider: str) -> Sequence[ProvisioningToken]:
    """The provider's tokens, newest first; those that are over are not told of."""
    table = ProvisioningToken
    query = select(table).where(col(table.provider) == provider, col(table.expires) > time.time())
    query = query.order_by(col(table.created).desc(), col(table.id))
    return (await db.execute(query)).scalars().all()


@dataclass(frozen=True, slots=True)
class Minting:
    """What a caller does with the tokens of one provider."""

    db: AsyncSession
    audit: Audit
    caller: Principal
    settings: Settings
    known: KnownProvider

    async def create(self, days: int) -> Made:
        """The provider's token; 409 where it has one."""
        self._require_all()
        await hold_epoch(self.db)  # of two at once the second sees the first
        await self._forget_old()
        present = await tokens_of(self.db, self.known.name)
        if any(token.replaced is None for token in present):
            raise Conflict("This provider has a token: rotate it, or revoke it first.")
        return await self._made(time.time() + days * _DAY)

    async def rotate(self, token_id: str, overlap_hours: int | None) -> Made:
        """One that is good for as long again; the present one works on for the overlap."""
        self._require_all()
        await hold_epoch(self.db)
        present = await self._find(token_id)
        now = time.time()
        if present.replaced is not None:
            raise Conflict("This token was rotated already: rotate the one that took its place.")
        if present.expires <= now:
            raise Conflict("This token is over: make a new one.")
        hours = self.settings.token_overlap_hours if overlap_hours is None else overlap_hours
        life = present.expires - present.created
        present.replaced = now
        present.expires = min(present.expires, now + hours * 3600.0)
        change = Change.of({"expires": present.expires}, show=_SHOWN)
        self.audit.did("rotate-token", self._target(present), change=change, right=Verb.UPDATE)
        return await self._made(now + life)

    async def revoke(self, token_id: str) -> None:
        """End it: the next request with it is refused, on every replica."""
        await hold_epoch(self.db)
        present = await self._find(token_id)
        target = self._target(present)
        await self.db.delete(present)
        self.audit.did("revoke-token", target, right=Verb.UPDATE)

    async def _made(self, expires: float) -> Made:
        provider = self.known.provider
        if provider is None:
            raise Conflict(f"This provider cannot be used: {self.known.problem}.")
        secret = make_scim_token()
        record = ProvisioningToken(
            id=digest(secret),
            provider=self.known.name,
            issuer=provider.identity_issuer,
            prefix=secret[:SCIM_SHOWN],
            created_by=self.caller.login,
            expires=expires,
        )
        self.db.add(record)
        change = Change.of({"expires": expires}, show=_SHOWN)
        self.audit.did("create-token", self._target(record), change=change, right=Verb.UPDATE)
        await self.db.flush()
        return secret, record

    async def _find(self, token_id: str) -> ProvisioningToken:
        record = await self.db.get(ProvisioningToken, token_id, populate_existing=True)
        if record is None or record.provider != self.known.name:
            raise NotFoundProblem(no_such("token"))
        return record

    async def _forget_old(self) -> None:
        table = ProvisioningToken
        await self.db.execute(delete(table).where(col(table.expires) <= time.time()))

    def _require_all(self) -> None:
        require(self.caller, "role", Verb.BIND, organisation(self.caller.organisation))

    def _target(self, token: ProvisioningToken) -> Target:
        where = organisation(self.caller.organisation)
        return Target(KIND, self.known.name, f"{self.known.name}: SCIM {token.prefix}…", where)
