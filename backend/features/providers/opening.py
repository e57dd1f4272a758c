"""Opening the session of somebody whom a provider told of, whatever its kind."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from auth.person import Person
from auth.principal import CredentialKind
from auth.providers import AnyProvider
from auth.scope import organisation
from backend.audit import Audit, Origin, Target
from backend.features.providers.entrance import Entrance, address_of
from backend.http.connections import address_group
from backend.http.cookies import read_device_cookie, set_device_cookie, set_session_cookie
from backend.http.credentials import read_credential
from backend.identity.devices import DEVICE_SECONDS, remember
from backend.identity.epoch import hold_epoch
from backend.identity.sessions import replace_session
from backend.identity.tokens import digest
from backend.providers.accounts import NotLetIn, settle
from backend.providers.sessions import keep

__all__ = ["Proved", "opened", "recorded"]


@dataclass(frozen=True, slots=True)
class Proved:
    """Somebody whom a provider of that version of its settings told of. `strong_at` is when they
    gave a strong factor there, `due` when the provider is asked again without a token."""

    provider: AnyProvider
    version: str
    person: Person
    method: str
    strong_at: float | None
    tokens: dict[str, str] = field(default_factory=dict, repr=False)
    due: float | None = None


async def opened(entry: Entrance, request: Request, response: Response, proved: Proved) -> None:
    """Record the session and set its cookie. Raises `NotLetIn`."""
    provider, person, name = proved.provider, proved.person, proved.provider.name
    org, address = entry.settings.organisation, address_of(request)
    async with entry.db_sessions() as db, db.begin():
        await hold_epoch(db)
        # Switched off, changed or deleted while it was asked: nothing may come of it.
        now = await entry.providers.find(db, name)
        if now is None or not now.enabled or now.version != proved.version:
            raise NotLetIn("old", "the provider was changed or switched off meanwhile")
        user, made = await settle(db, provider, person)
        who = Origin(org, user.login, "user", user.id, provider=f"{proved.method}:{name}")
        audit = Audit(db, who.over(request))
        if made:
            account = Target("user", user.id, user.login, organisation(org))
            audit.did("create", account, detail=f"Made at the first sign-in by {name}.")
        session = Target("session", "", user.login, organisation(org))
        detail = f"By {name}, subject {person.subject} of {person.issuer}."
        agent = request.headers.get("user-agent", "")
        token = await entry.identities.open(
            db,
            user,
            address,
            agent,
            method=proved.method,
            strong_at=proved.strong_at,
            provider=name,
        )
        here = replace(audit.origin, credential_kind="session", credential_id=digest(token))
        audit.acting_as(here).did("open", session, detail=detail)
        await keep(
            db,
            entry.providers.secrets,
            digest(token),
            provider,
            person=person,
            tokens=proved.tokens,
            due=proved.due,
        )
        await _in_place_of(db, request, token)
        known_by = read_device_cookie(request)
        device = await remember(db, user.id, known_by, address_group(address))
    set_session_cookie(request, response, token, entry.identities.lifetime)
    set_device_cookie(request, response, device, DEVICE_SECONDS)


async def _in_place_of(db: AsyncSession, request: Request, token: str) -> None:
    """Whoever signs in anew where they are signed in, as for a step-up, has one session after."""
    before = read_credential(request)
    if before is not None and before.kind is CredentialKind.SESSION:
        await replace_session(db, before.credential.id, token, time.time())


async def recorded(
    entry: Entrance, request: Request, name: str, detail: str, actor: str = ""
) -> None:
    """Record that nobody got in by the provider `name`, and why."""
    org = entry.settings.organisation
    origin = Origin.anonymous(org, actor or f"(by {name or 'no known provider'})").over(request)
    target = Target("session", "", name, organisation(org))
    await entry.refusals.record(origin, "open", target, detail)
