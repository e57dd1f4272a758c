"""Signing in by SAML: the answer that a provider has the browser post, and the browser after it.

The post comes from the provider's page without any cookie of ours, so it signs nobody in
(`backend/providers/saml/answered.py`). It leads to an address of ours where the browser comes with
its cookies; there the attempt is used up, and the session opened or the trial kept.
"""

from __future__ import annotations

import re
import time
from typing import Final
from urllib.parse import parse_qs, quote

from fastapi import Request
from starlette.responses import RedirectResponse

from auth.oidc.problems import Refused, Rejected
from auth.saml.provider import SamlProvider
from backend.errors import BadRequest, PayloadTooLarge
from backend.features.providers.beginning import request_id
from backend.features.providers.entrance import Entrance, site_of
from backend.features.providers.linking import LinkAsked
from backend.features.providers.opening import Proved, opened
from backend.features.providers.returned import Returned, word_of
from backend.http.cookies import read_attempt_cookie
from backend.http.origin import own_address
from backend.identity.principals import BY_SAML
from backend.providers.accounts import NotLetIn
from backend.providers.attempts import take
from backend.providers.outward import Unreachable
from backend.providers.records import KnownProvider
from backend.providers.saml.answered import (
    Asserted,
    Failure,
    keep_answer,
    read_kept,
    use_up,
    waiting,
)
from backend.providers.table import LoginAttempt

__all__ = ["came", "posted"]

MOST_BYTES: Final = 768 * 1024
"""Of a form: an answer of 256 KiB in base64, its signs written with percent signs."""
_STATE: Final = re.compile(r"[A-Za-z0-9_-]{20,64}")
_CHANGED: Final = "the provider was changed or switched off since the attempt began"


async def posted(entry: Entrance, request: Request, name: str) -> RedirectResponse:
    """Verify what was posted, keep what it is worth, and let the browser come for it."""
    answer, state = await _form(request)
    async with entry.db_sessions() as db:
        attempt = await waiting(db, state, provider=name) if state else None
        known = await entry.providers.find(db, name)
    back = Returned(entry, request, name if known is not None else "")
    if attempt is None:
        if state:
            return await back.refused("old", "/", "no such attempt, or it was answered before")
        told = "the provider sent an answer that nobody asked for (begun at the provider)"
        return await back.refused("unasked", "/", told)
    found = await _worth(entry, request, known, attempt, answer)
    if isinstance(found, Failure) and not attempt.trial_by and not attempt.link_to:
        await back.noted(found.code, found.detail)
    async with entry.db_sessions() as db, db.begin():
        kept = await keep_answer(db, attempt.id, found)
    if not kept:
        return await back.refused("old", "/", "another answer to the attempt came first")
    return RedirectResponse(f"/api/v1/signin/asserted/{name}?state={quote(state)}", 303)


async def came(entry: Entrance, request: Request, name: str, state: str) -> RedirectResponse:
    """Where the browser goes now, signed in or told why not."""
    async with entry.db_sessions() as db, db.begin():
        attempt = await take(db, state, provider=name, browser=read_attempt_cookie(request))
        known = await entry.providers.find(db, name)
    back = Returned(entry, request, name if known is not None else "")
    if attempt is None:
        return await back.refused("old", "/", "no such attempt, or another browser's")
    found, provider = read_kept(attempt), _usable(known, attempt)
    if found is None or provider is None:
        return await back.refused("old", attempt.next, _CHANGED if found else "nothing was posted")
    return await _ended(back, provider, attempt, found)


async def _ended(
    back: Returned, provider: SamlProvider, attempt: LoginAttempt, found: Asserted | Failure
) -> RedirectResponse:
    """The trial kept, the account linked, or the session opened."""
    if attempt.trial_by:
        return await back.kept(attempt.trial_by, _shown(found))
    if attempt.link_to:
        return await _linked(back, attempt, found)
    if isinstance(found, Failure):
        return back.sent(found.code, attempt.next)
    try:
        return await _opened(back, provider, attempt, found)
    except NotLetIn as error:
        return await back.refused(error.code, attempt.next, str(error))


async def _worth(
    entry: Entrance,
    request: Request,
    known: KnownProvider | None,
    attempt: LoginAttempt,
    answer: str,
) -> Asserted | Failure:
    provider = _usable(known, attempt)
    if provider is None or known is None:
        return Failure("old", _CHANGED)
    site = site_of(own_address(request, entry.settings), known.name)
    if site.consumer != attempt.redirect:
        return Failure("old", "the answer was posted to another address of the console")
    try:
        saml = await entry.providers.saml()
        found = await saml.asserted(
            provider,
            site,
            declared=known.declared,
            request=request_id(attempt.nonce),
            posted=answer,
        )
        async with entry.db_sessions() as db, db.begin():
            await use_up(db, known.name, found)
    except (Refused, Unreachable, Rejected) as error:
        return Failure(word_of(error), str(error))
    return found


def _usable(known: KnownProvider | None, attempt: LoginAttempt) -> SamlProvider | None:
    """The provider as it was when the attempt began; None where it is another now."""
    if known is None or known.version != attempt.version:
        return None
    usable = known.enabled or bool(attempt.trial_by)
    return known.provider if usable and isinstance(known.provider, SamlProvider) else None


async def _opened(
    back: Returned, provider: SamlProvider, attempt: LoginAttempt, found: Asserted
) -> RedirectResponse:
    # Step-up: how they signed in there has to count, and when is what the provider says.
    counts = provider.shows_who(found.context)
    proved = Proved(
        provider,
        attempt.version,
        found.person,
        method=BY_SAML,
        strong_at=min(found.authenticated, time.time()) if counts else None,
    )
    response = RedirectResponse(attempt.next, 303)
    await opened(back.entry, back.request, response, proved)
    return response


async def _linked(
    back: Returned, attempt: LoginAttempt, found: Asserted | Failure
) -> RedirectResponse:
    if isinstance(found, Failure):
        return await back.unlinked(NotLetIn(found.code, found.detail))
    asked = LinkAsked(attempt.provider, attempt.version, found.person, found.authenticated)
    return await back.linked(attempt, asked)


def _shown(found: Asserted | Failure) -> dict[str, object]:
    """What a sign-in would give, or why it would fail."""
    if isinstance(found, Failure):
        return {"failure": found.detail}
    person = found.person
    return {
        "claims": found.claims,
        "issuer": person.issuer,
        "subject": person.subject,
        "login": person.login,
        "name": person.name,
        "email": person.email,
        "groups": list(person.groups),
        "too_many": person.too_many,
        "refreshes": False,
        "failure": "",
    }


async def _form(request: Request) -> tuple[str, str]:
    """The answer and the relay state; the latter empty where it is none of ours."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise PayloadTooLarge(f"An answer has at most {MOST_BYTES // 1024} KiB.")
    try:
        fields = parse_qs(
            content.decode("ascii"), keep_blank_values=True, max_num_fields=8, strict_parsing=True
        )
        (answer,) = fields["SAMLResponse"]
        (state,) = fields.get("RelayState", [""])
    except (ValueError, KeyError):
        raise BadRequest("Send the form fields SAMLResponse and RelayState, once each.") from None
    return answer, state if _STATE.fullmatch(state) else ""
