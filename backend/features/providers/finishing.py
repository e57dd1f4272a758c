"""The second half: what a provider sent the browser back with, and the session it opens.

The person is told one of a few words (`refused=…`, `frontend/src/features/signin`), whatever went
wrong; the reason is in the activity record and the log, for administrators.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import RedirectResponse

from auth.oidc.idtoken import number
from auth.oidc.person import read_person, without_secrets
from auth.oidc.problems import Refused, Rejected
from auth.oidc.provider import OidcProvider
from auth.person import Person
from backend.features.providers.entrance import Entrance
from backend.features.providers.linking import LinkAsked
from backend.features.providers.opening import Proved, opened
from backend.features.providers.returned import Returned, word_of
from backend.http.cookies import (
    read_attempt_cookie,
)
from backend.identity.principals import BY_PROVIDER
from backend.providers.accounts import NotLetIn
from backend.providers.answer import Answer, Tokens
from backend.providers.attempts import take
from backend.providers.outward import Unreachable
from backend.providers.sessions import ID_TOKEN, REFRESH_TOKEN
from backend.providers.table import LoginAttempt

__all__ = ["finished"]


async def finished(
    entry: Entrance, request: Request, name: str, answer: Answer, state: str
) -> RedirectResponse:
    """Where the browser goes now, signed in or told why not."""
    async with entry.db_sessions() as db, db.begin():
        attempt = await take(db, state, provider=name, browser=read_attempt_cookie(request))
        known = await entry.providers.find(db, name)
    door = Returned(entry, request, name if known is not None else "")
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
            return await door.kept(attempt.trial_by, {"failure": str(error)})
        if attempt.link_to:
            return await door.unlinked(error)
        return await door.refused(word_of(error), attempt.next, str(error))


@dataclass(frozen=True, slots=True)
class _Visit:
    """The same, with the attempt that it ends."""

    door: Returned
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
            return await self.door.kept(self.attempt.trial_by, _found(tokens, person))
        if self.attempt.link_to:
            shown = number(tokens.claims, "auth_time")
            asked = LinkAsked(self.provider.name, self.attempt.version, person, shown)
            return await self.door.linked(self.attempt, asked)
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
