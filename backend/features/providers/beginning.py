"""The first half of a sign-in by provider: an attempt, and where the browser goes with it."""

from __future__ import annotations

import structlog
from fastapi import Request, Response

from auth.oidc.problems import Rejected
from auth.oidc.provider import OidcProvider
from auth.oidc.returning import own_path
from backend.errors import NotFoundProblem, UpstreamBroken
from backend.features.providers.entrance import Entrance, callback_of
from backend.http.cookies import read_attempt_cookie, set_attempt_cookie
from backend.http.origin import own_address
from backend.identity.tokens import new_token
from backend.providers.attempts import ATTEMPT_SECONDS, begin
from backend.providers.outward import Unreachable
from backend.providers.records import KnownProvider

__all__ = ["begun", "enabled_provider"]

_log = structlog.get_logger("craton.providers")


async def enabled_provider(entry: Entrance, name: str) -> KnownProvider:
    """The provider of that name that people may sign in with; 404."""
    async with entry.db_sessions() as db:
        known = await entry.providers.find(db, name)
    if known is None or not known.enabled:
        raise NotFoundProblem("Nobody signs in with this provider here any more.")
    return known


async def begun(
    entry: Entrance,
    request: Request,
    response: Response,
    known: KnownProvider,
    *,
    next_path: str,
    hint: str = "",
    fresh: bool = False,
    trial_by: str = "",
) -> str:
    """The provider's address for a new attempt of this browser, `fresh` where it has to ask who
    is there. 502 where the provider does not
    answer as one; no attempt is kept then."""
    if not isinstance(known.provider, OidcProvider):
        raise NotFoundProblem("Nobody leaves for this provider: give user name and password here.")
    redirect = callback_of(own_address(request, entry.settings), known.name)
    browser = read_attempt_cookie(request) or new_token()
    protocol = await entry.providers.protocol()
    async with entry.db_sessions() as db:
        attempt = begin(
            db,
            provider=known.name,
            version=known.version,
            browser=browser,
            redirect=redirect,
            next_path=own_path(next_path),
            trial_by=trial_by,
        )
        try:
            url = await protocol.authorization(
                known.provider,
                declared=known.declared,
                redirect=redirect,
                state=attempt.state,
                nonce=attempt.nonce,
                verifier=attempt.verifier,
                hint=hint,
                fresh=fresh,
            )
        except (Unreachable, Rejected) as error:
            _log.warning("a provider cannot be used", provider=known.name, reason=str(error))
            told = f" ({error})" if trial_by else ""
            raise UpstreamBroken(
                f"{known.provider.button} does not answer as it should{told}. Try again in a "
                "moment, or sign in another way."
            ) from error
        await db.commit()
    set_attempt_cookie(request, response, browser, 2 * ATTEMPT_SECONDS)
    return url
