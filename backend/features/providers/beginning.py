"""The first half of a sign-in by provider: an attempt, and where the browser goes with it."""

from __future__ import annotations

from typing import assert_never

import structlog
from fastapi import Request, Response

from auth.oidc.problems import Rejected
from auth.oidc.provider import OidcProvider
from auth.oidc.returning import own_path
from auth.saml.provider import SamlProvider
from backend.errors import NotFoundProblem, UpstreamBroken
from backend.features.providers.entrance import Entrance, callback_of, site_of
from backend.http.cookies import read_attempt_cookie, set_attempt_cookie
from backend.http.origin import own_address
from backend.identity.tokens import new_token
from backend.providers.attempts import ATTEMPT_SECONDS, begin
from backend.providers.outward import Unreachable
from backend.providers.records import KnownProvider

__all__ = ["begun", "enabled_provider", "request_id"]

_log = structlog.get_logger("craton.providers")


def request_id(nonce: str) -> str:
    """The id of the request that an attempt sends to a SAML provider: XML wants it to begin with a
    letter or an underscore."""
    return f"_{nonce}"


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
    link_to: str = "",
) -> str:
    """The provider's address for a new attempt of this browser, `fresh` where it has to ask who
    is there; `link_to` the account that it is for. 502 where the provider does not answer as one;
    no attempt is kept then."""
    provider = known.provider
    if not isinstance(provider, OidcProvider | SamlProvider):
        raise NotFoundProblem("Nobody leaves for this provider: give user name and password here.")
    base = own_address(request, entry.settings)
    saml = isinstance(provider, SamlProvider)
    redirect = site_of(base, known.name).consumer if saml else callback_of(base, known.name)
    browser = read_attempt_cookie(request) or new_token()
    async with entry.db_sessions() as db:
        attempt = begin(
            db,
            provider=known.name,
            version=known.version,
            browser=browser,
            redirect=redirect,
            next_path=own_path(next_path),
            trial_by=trial_by,
            link_to=link_to,
        )
        try:
            match provider:
                case SamlProvider():
                    url = await (await entry.providers.saml()).address(
                        provider,
                        site_of(base, known.name),
                        declared=known.declared,
                        request=request_id(attempt.nonce),
                        state=attempt.state,
                        fresh=fresh,
                    )
                case OidcProvider():
                    url = await (await entry.providers.protocol()).authorization(
                        provider,
                        declared=known.declared,
                        redirect=redirect,
                        state=attempt.state,
                        nonce=attempt.nonce,
                        verifier=attempt.verifier,
                        hint=hint,
                        fresh=fresh,
                    )
                case _:
                    assert_never(provider)
        except (Unreachable, Rejected) as error:
            _log.warning("a provider cannot be used", provider=known.name, reason=str(error))
            told = f" ({error})" if trial_by else ""
            raise UpstreamBroken(
                f"{provider.button} does not answer as it should{told}. Try again in a "
                "moment, or sign in another way."
            ) from error
        await db.commit()
    set_attempt_cookie(request, response, browser, 2 * ATTEMPT_SECONDS)
    return url
