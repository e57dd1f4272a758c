"""`/api/v1/signin` and the providers' logout hook: what is asked without a session."""

from __future__ import annotations

import time
from typing import Annotated
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from auth.ldap.provider import LdapProvider
from auth.oidc.problems import Rejected
from auth.oidc.provider import OidcProvider
from auth.saml.provider import SamlProvider
from auth.scope import organisation
from backend.audit import Audit, Origin, Target
from backend.db.identity import SessionRecord, UserRecord
from backend.db.session import DbSession
from backend.errors import BadRequest, NotFoundProblem, UpstreamBroken
from backend.features.providers.asserting import came, posted
from backend.features.providers.beginning import begun, enabled_provider
from backend.features.providers.entrance import Door, count, site_of
from backend.features.providers.finishing import finished
from backend.features.providers.passwords import sign_in
from backend.features.providers.schemas import (
    Begin,
    Offered,
    PasswordSignIn,
    ProviderName,
    SignInAddress,
)
from backend.http.documented import answers
from backend.http.guard import Public
from backend.http.origin import own_address
from backend.parts import part
from backend.providers.answer import Answer
from backend.providers.outward import Unreachable
from backend.providers.service import Providers
from backend.providers.sessions import end_told

__all__ = ["router"]

router = APIRouter(tags=["signin"], dependencies=[Public])
_MOST_BYTES = 64 * 1024
_log = structlog.get_logger("craton.providers")


@router.get("/signin/providers")
async def list_offered_providers(
    db: DbSession, providers: Annotated[Providers, part(Providers)]
) -> list[Offered]:
    """The buttons of the sign-in page, in their order."""
    return [
        Offered(
            name=known.name,
            kind=known.provider.kind,
            label=known.provider.button,
            domains=list(known.provider.domains),
            password=isinstance(known.provider, LdapProvider),
        )
        for known in await providers.all(db)
        if known.enabled and known.provider is not None
    ]


@router.post("/signin/{provider}", responses=answers(404, 429, 502))
async def begin_sign_in(
    provider: ProviderName, body: Begin, entry: Door, request: Request, response: Response
) -> SignInAddress:
    """Begin to sign in with a provider: where the browser goes."""
    await count(entry, request, "begin")
    known = await enabled_provider(entry, provider)
    url = await begun(
        entry, request, response, known, next_path=body.next, hint=body.hint, fresh=body.fresh
    )
    return SignInAddress(url=url)


@router.post(
    "/signin/{provider}/password",
    status_code=204,
    responses=answers(401, 403, 404, 429, 502, 503),
)
async def sign_in_by_password(
    provider: ProviderName,
    body: PasswordSignIn,
    entry: Door,
    request: Request,
    response: Response,
) -> None:
    """Sign in with the user name and password of a directory; the answer sets the session cookie.
    401 with one text for every wrong input."""
    known = await enabled_provider(entry, provider)
    await sign_in(entry, request, response, known, body)


@router.get(
    "/signin/callback/{provider}",
    status_code=303,
    response_class=RedirectResponse,
    responses=answers(429),
)
async def finish_sign_in(
    provider: ProviderName,
    entry: Door,
    request: Request,
    *,
    code: str = "",
    state: str = "",
    iss: str = "",
    error: str = "",
    error_description: str = "",
) -> RedirectResponse:
    """Where a provider sends the browser back to: signs in and goes to the page asked for, or
    back to the sign-in page with a word that says why not."""
    await count(entry, request, "callback")
    answer = Answer(code=code, issuer=iss, error=error, description=error_description)
    return await finished(entry, request, provider, answer, state)


@router.get(
    "/signin/asserted/{provider}",
    status_code=303,
    response_class=RedirectResponse,
    responses=answers(429),
)
async def finish_asserted_sign_in(
    provider: ProviderName,
    entry: Door,
    request: Request,
    *,
    state: Annotated[str, Query(max_length=64)] = "",
) -> RedirectResponse:
    """Where the browser comes after a SAML provider's answer was posted: signs in and goes to the
    page asked for, or back to the sign-in page with a word that says why not."""
    await count(entry, request, "callback")
    return await came(entry, request, provider, state)


@router.get(
    "/signin/metadata/{provider}",
    response_class=Response,
    responses={
        200: {"content": {"application/samlmetadata+xml": {"schema": {"type": "string"}}}},
        **answers(404, 429),
    },
)
async def read_saml_metadata(provider: ProviderName, entry: Door, request: Request) -> Response:
    """What a SAML provider has to know of this console: its address is our entityID there."""
    await count(entry, request, "metadata")
    async with entry.db_sessions() as db:
        known = await entry.providers.find(db, provider)
    if known is None or not isinstance(known.provider, SamlProvider):
        raise NotFoundProblem("There is no such identity provider.")
    site = site_of(own_address(request, entry.settings), known.name)
    content = (await entry.providers.saml()).metadata(known.provider, site)
    return Response(content, media_type="application/samlmetadata+xml")


@router.post(
    "/hooks/saml/{provider}",
    status_code=303,
    response_class=RedirectResponse,
    responses=answers(413, 429),
)
async def take_saml_answer(
    provider: ProviderName, entry: Door, request: Request
) -> RedirectResponse:
    """Where a SAML provider has the browser post its answer (assertion consumer service): the form
    fields `SAMLResponse` and `RelayState`. It signs nobody in: the browser is sent on to where it
    comes with its cookies."""
    await count(entry, request, "callback")
    return await posted(entry, request, provider)


@router.post("/hooks/logout/{provider}", status_code=200, responses=answers(404, 429, 502))
async def end_by_provider(
    provider: ProviderName, entry: Door, request: Request, response: Response
) -> None:
    """A provider tells that a session is over (OpenID Connect Back-Channel Logout 1.0): the
    form field `logout_token`. The sessions it names end on every replica; 400 for a token that
    is not believed."""
    response.headers["Cache-Control"] = "no-store"
    async with entry.db_sessions() as db:
        known = await entry.providers.find(db, provider)
    if known is None or not isinstance(
        known.provider, OidcProvider
    ):  # switched off: its sessions end all the same
        await count(entry, request, "logout")
        raise NotFoundProblem("There is no such identity provider.")
    try:
        token = _logout_token(await request.body())
    except BadRequest:
        await count(entry, request, "logout")
        raise
    protocol = await entry.providers.protocol()
    try:
        ended = await protocol.logout(known.provider, token, declared=known.declared)
    except Rejected as error:
        # What is believed is never counted: a provider that ends many sessions is heard.
        await count(entry, request, "logout")
        raise await _disbelieved(entry, request, provider, str(error)) from error
    except Unreachable as error:
        raise UpstreamBroken("The provider's keys cannot be read at the moment.") from error
    started = time.monotonic()
    org = entry.settings.organisation
    async with entry.db_sessions() as db, db.begin():
        owners = {}
        rows = await end_told(db, known.provider, ended)
        for row in rows or ():
            session = await db.get(SessionRecord, row.session_id)
            user = await db.get(UserRecord, session.user_id) if session else None
            owners[user.login if user else row.subject] = row
        audit = Audit(db, Origin.system(org, provider).over(request))
        for login in owners:
            target = Target("session", "", login, organisation(org))
            audit.did("close", target, detail=f"Signed out at {provider}.")
    if rows is None:
        raise await _disbelieved(entry, request, provider, "the logout token was used before")
    took = round(time.monotonic() - started, 3)
    _log.info("signed out by provider", provider=provider, sessions=len(rows), seconds=took)


def _logout_token(body: bytes) -> str:
    try:
        text = body[: _MOST_BYTES + 1].decode("ascii")
        found = parse_qs(text, max_num_fields=16, strict_parsing=True)
        (token,) = found["logout_token"]
    except (ValueError, KeyError):
        raise BadRequest("Send the form field logout_token, once.") from None
    return token


async def _disbelieved(entry: Door, request: Request, name: str, reason: str) -> BadRequest:
    org = entry.settings.organisation
    origin = Origin.anonymous(org, f"(by {name})").over(request)
    target = Target("session", "", name, organisation(org))
    await entry.refusals.record(origin, "close", target, reason)
    return BadRequest("This logout token is not believed.", error="invalid_request")
