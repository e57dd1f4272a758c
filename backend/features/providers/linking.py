"""One's own account, known by one provider more: linked after a fresh sign-in with both.

No name and no e-mail address ever leads from one account to another (identity reference, 2.4). Who
wants both says so: with the session of the one, whose holder has just shown who they are, the other
is signed in to anew, and from then on both open the same account. Its groups count from the next
sign-in by it, so that a link alone gives nobody a right.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.person import Person
from auth.principal import Principal
from auth.scope import organisation
from backend.audit import Audit, Origin, Target
from backend.db.identity import IdentityRecord, UserRecord
from backend.features.providers.entrance import Entrance
from backend.http.credentials import read_credential
from backend.identity.breakglass import is_break_glass
from backend.identity.epoch import hold_epoch
from backend.providers.accounts import NotLetIn, identity_of
from backend.providers.attempts import ATTEMPT_SECONDS
from backend.providers.provisioned import provisioned_account
from backend.providers.table import LoginAttempt

__all__ = ["LinkAsked", "Linking", "link", "linking"]

_SKEW: Final = 60.0
"""Seconds by which a provider's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """Whom a provider of that version of its settings told of, to be linked. `shown` is when they
    showed there who they are, as far as it says."""

    provider: str
    version: str
    person: Person
    shown: float | None


@dataclass(frozen=True, slots=True)
class Linking:
    """Who links, and since when."""

    caller: Principal
    begun: float


async def linking(entry: Entrance, request: Request, attempt: LoginAttempt) -> Linking:
    """Who asked for it, still signed in here; raises `NotLetIn`."""
    presented = read_credential(request)
    caller = await entry.identities.resolve(presented) if presented else None
    if caller is None or caller.id != attempt.link_to:
        raise NotLetIn("old", "whoever began to link is not signed in here any more")
    return Linking(caller, attempt.expires - ATTEMPT_SECONDS)


async def link(entry: Entrance, request: Request, by: Linking, asked: LinkAsked) -> None:
    """Let the provider's person open the caller's account from now on. Raises `NotLetIn`."""
    if asked.shown is not None and asked.shown < by.begun - _SKEW:
        raise NotLetIn("stale", "the provider did not ask anew who is there")
    org, user_id = entry.settings.organisation, by.caller.id
    try:
        async with entry.db_sessions() as db, db.begin():
            await hold_epoch(db)
            await _require_usable(entry, db, asked)
            await _require_free(db, user_id, asked)
            db.add(_identity(user_id, asked))
            target = Target("user", user_id, by.caller.login, organisation(org))
            told = f"Signs in by {asked.provider} too, as subject {asked.person.subject} of "
            audit = Audit(db, Origin.of(by.caller).over(request))
            audit.did("link-identity", target, detail=f"{told}{asked.person.issuer}.")
    except IntegrityError as error:  # somebody was first
        raise NotLetIn("taken", "the person has an account here") from error


async def _require_usable(entry: Entrance, db: AsyncSession, asked: LinkAsked) -> None:
    now = await entry.providers.find(db, asked.provider)
    if now is None or not now.enabled or now.version != asked.version:
        raise NotLetIn("old", "the provider was changed or switched off meanwhile")


async def _require_free(db: AsyncSession, user_id: str, asked: LinkAsked) -> None:
    """Neither another account's, nor a second of the same provider, nor one that it gave up."""
    person, name = asked.person, asked.provider
    user = await db.get(UserRecord, user_id, with_for_update=True)
    if user is None or user.disabled:
        raise NotLetIn("disabled", "the account is switched off")
    if await is_break_glass(db, user_id):
        raise NotLetIn("emergency", "the break-glass account is known to no provider")
    known = await identity_of(db, name, person.issuer, person.subject)
    waiting, off = await provisioned_account(db, name, person, known)
    if off:
        raise NotLetIn("disabled", "the provider has deactivated this person (SCIM)")
    if known is not None or (waiting is not None and waiting != user_id):
        same = known is not None and known.user_id == user_id
        raise NotLetIn("known" if same else "taken", "the person has an account here")
    theirs = select(col(IdentityRecord.id)).where(
        col(IdentityRecord.user_id) == user_id, col(IdentityRecord.provider) == name
    )
    if (await db.execute(theirs.limit(1))).first() is not None:
        raise NotLetIn("second", "the account is linked to another person of the provider")


def _identity(user_id: str, asked: LinkAsked) -> IdentityRecord:
    person = asked.person
    return IdentityRecord(
        user_id=user_id,
        provider=asked.provider,
        issuer=person.issuer,
        subject=person.subject,
        login=person.login,
        email=person.email,
        external=person.known_as,
        used=time.time(),
    )
