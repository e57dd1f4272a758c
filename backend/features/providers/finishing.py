"""The second half: what a provider sent the browser back with, and the session it opens.

The person is told one of a few words (`refused=…`, `frontend/src/features/signin`), whatever went
wrong; the reason is in the activity record and the log, for administrators.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from fastapi import Request
from starlette.responses import RedirectResponse

from auth.oidc.idtoken import number
from auth.oidc.person import read_person, without_secrets
from auth.oidc.problems import Refused, Rejected
from auth.oidc.provider import OidcProvider
from auth.person import Person
from auth.scope import organisation
from auth.verb import Verb
from backend.features.providers.entrance import Entrance
from backend.features.providers.opening import Proved, opened, recorded
from backend.features.providers.rights import KIND
from backend.http.cookies import (
    read_attempt_cookie,
)
from backend.http.credentials import read_credential
from backend.identity.principals import BY_PROVIDER
from backend.providers.accounts import NotLetIn
from backend.providers.answer import Answer, Tokens
from backend.providers.attempts import take
from backend.providers.outward import Unreachable
from backend.providers.sessions import ID_TOKEN, REFRESH_TOKEN
from backend.providers.table import LoginAttempt
from backend.providers.trials import keep_trial

__all__ = ["finished"]

_log = structlog.get_logger("craton.providers")


async def finished(
    entry: Entrance, request: Request, name: str, answer: Answer, state: str
) -> RedirectResponse:
    """Where the browser goes now, signed in or told why not."""
    async with entry.db_sessions() as db, db.begin():
        attempt = await take(db, state, provider=name, browser=read_attempt_cookie(request))
        known = await entry.providers.find(db, name)
    door = _Door(entry, request, name if known is not None else "")
    if attempt is None:
        return await door.refused("old", "/", "no such attempt, or it is over")
    usable = known is not None and (known.enabled or bool(attempt.trial_by))
    provider = known.provider if known is not None else None
    changed = known is None or not usable or known.version != attempt.version
    if known is None or changed or not isinstance(provider, OidcProvider):
        detail = "the provider was changed or switched off since the attempt began"
        return await door.refused("old", attempt.next, detail)
    visit = _Visit(door, provider, attempt, declared=known.declared)
    try:
        return await visit.answered(answer)
    except (Refused, Unreachable, Rejected, NotLetIn) as error:
        if attempt.trial_by:
            return await visit.kept({"failure": str(error)})
        return await door.refused(_word(error), attempt.next, str(error))


def _word(error: Exception) -> str:
    """What the sign-in page is told of it."""
    if isinstance(error, NotLetIn):
        return error.code
    if isinstance(error, Refused):
        return "denied"
    return "unreachable" if isinstance(error, Unreachable) else "failed"


@dataclass(frozen=True, slots=True)
class _Door:
    """A browser that came back, from the provider `name` as the address says; empty where there
    is none of that name: what a stranger made up is kept nowhere."""

    entry: Entrance
    request: Request
    name: str

    async def refused(self, code: str, next_path: str, detail: str) -> RedirectResponse:
        """Back to the sign-in page with a word; the reason is recorded."""
        _log.info("sign-in refused", provider=self.name, why=code, reason=detail)
        await recorded(self.entry, self.request, self.name, detail)
        query = {"refused": code} | ({"by": self.name} if self.name else {})
        if next_path != "/":
            query["next"] = next_path
        return RedirectResponse(f"/login?{urlencode(query)}", 303)


@dataclass(frozen=True, slots=True)
class _Visit:
    """The same, with the attempt that it ends."""

    door: _Door
    provider: OidcProvider
    attempt: LoginAttempt
    declared: bool

    async def answered(self, answer: Answer) -> RedirectResponse:
        """Believe the answer or raise; then sign in, or keep what was found."""
        protocol = await self.door.entry.providers.protocol()
        tokens = await protocol.exchange(
            self.provider,
            answer,
            declared=self.declared,
            redirect=self.attempt.redirect,
            nonce=self.attempt.nonce,
            verifier=self.attempt.verifier,
        )
        person = read_person(tokens.claims, self.provider)
        if self.attempt.trial_by:
            return await self.kept(_found(tokens, person))
        return await self._opened(tokens, person)

    async def _opened(self, tokens: Tokens, person: Person) -> RedirectResponse:
        # Step-up: a provider that does not say when and how they signed in there gives none.
        known = self.provider.shows_who(tokens.claims.get("acr"))
        strong = number(tokens.claims, "auth_time") if known else None
        proved = Proved(
            self.provider,
            self.attempt.version,
            person,
            method=BY_PROVIDER,
            strong_at=strong and min(strong, time.time()),
            tokens={ID_TOKEN: tokens.id_token, REFRESH_TOKEN: tokens.refresh_token},
        )
        response = RedirectResponse(self.attempt.next, 303)
        await opened(self.door.entry, self.door.request, response, proved)
        return response

    async def kept(self, found: dict[str, object]) -> RedirectResponse:
        """Keep what a trial found, for the administrator who made it and is still one."""
        entry = self.door.entry
        presented = read_credential(self.door.request)
        caller = await entry.identities.resolve(presented) if presented else None
        where = organisation(entry.settings.organisation)
        still = caller is not None and caller.policy.decide(KIND, Verb.UPDATE, where).allowed
        if caller is None or caller.id != self.attempt.trial_by or not still:
            detail = "a trial ended without its administrator"
            return await self.door.refused("old", "/", detail)
        async with entry.db_sessions() as db, db.begin():
            token = keep_trial(db, self.provider.name, caller.id, found)
        return RedirectResponse(f"/access/providers/{self.provider.name}?trial={token}", 303)


def _found(tokens: Tokens, person: Person) -> dict[str, object]:
    """What a sign-in would give."""
    return {
        "claims": without_secrets(tokens.claims),
        "issuer": person.issuer,
        "subject": person.subject,
        "login": person.login,
        "name": person.name,
        "email": person.email,
        "groups": list(person.groups),
        "too_many": person.too_many,
        "refreshes": bool(tokens.refresh_token),
        "failure": "",
    }
