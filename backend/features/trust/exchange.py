"""`POST /api/v1/oauth/exchange`: a workload's token for one of ours (RFC 8693)."""

from __future__ import annotations

import time
from typing import Annotated, Final

from fastapi import APIRouter, Request

from auth.kinds import Catalogue
from auth.oidc.problems import Rejected
from auth.scope import organisation
from auth.workload.token import LENGTH, Read, read_token
from backend.audit import Origin, Refusals, Target
from backend.db.session import DbSession, DbSessions
from backend.errors import TooManyRequests, Unavailable
from backend.features.trust.asked import Asked, read_asked
from backend.features.trust.choosing import Candidate, Refused, candidates, choose
from backend.features.trust.giving import Giving, give
from backend.features.trust.rules import target_of
from backend.features.trust.schemas import Exchanged
from backend.features.trust.sources import Sources
from backend.http.audited import StrangerAudited
from backend.http.connections import address_group
from backend.http.documented import answers
from backend.http.guard import Public
from backend.http.oauth import OAUTH_ERRORS, read_form, refused
from backend.identity.limits import AttemptLimits, Limit
from backend.parts import part
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(tags=["device"], prefix="/oauth")

BURST: Final = 60
EVERY: Final = 2.0
_FORM: Final = 2 * LENGTH


@router.post("/exchange", dependencies=[Public], responses={**OAUTH_ERRORS, **answers(429, 503)})
async def exchange_token(
    *,
    request: Request,
    db: DbSession,
    db_sessions: DbSessions,
    audit: StrangerAudited,
    attempts: Annotated[AttemptLimits, part(AttemptLimits)],
    refusals: Annotated[Refusals, part(Refusals)],
    catalogue: Annotated[Catalogue, part(Catalogue)],
    sources: Annotated[Sources, part(Sources)],
    settings: Annotated[Settings, part(Settings)],
) -> Exchanged:
    """Exchange a workload's token (RFC 8693, section 2.1), by a form with `grant_type`,
    `subject_token`, `subject_token_type` (jwt or id_token) and, where rules of several service
    accounts accept it, the name of one as `audience`. The token is in this answer and nowhere
    else; it may what the account held when the trust rule was saved, and holds still. Why a token
    is refused is in the activity record."""
    asked = read_asked(await read_form(request, _FORM))
    limits = [Limit("workload", address_group(_address(request)), BURST, EVERY)]
    await _count(attempts, limits)
    found: list[Candidate] = []
    read: Read | None = None
    try:
        read = _read(asked)
        async with attempts.looking(), db_sessions() as own:
            found = await candidates(own, read, asked.account)
        chosen = await choose(sources, asked.token, read, found, time.time())
    except Refused as error:
        who = Origin.anonymous(settings.organisation, read.subject if read else "").over(request)
        where = _target(settings.organisation, read, found)
        await refusals.record(who, "exchange", where, f"A workload's token: {error.why}.")
        if error.silent:
            raise Unavailable(error.sentence, headers={"Retry-After": "30"}) from error
        raise refused(error.code, error.sentence) from error
    secret, seconds = await give(Giving(db, audit, request, catalogue), chosen, read)
    await db.commit()  # whoever gets the token may use it
    await attempts.take_back(limits)
    return Exchanged(access_token=secret, expires_in=seconds)


def _read(asked: Asked) -> Read:
    try:
        return read_token(asked.token)
    except Rejected as error:
        sentence = f"This is no token of a workload: {error}."
        raise Refused("invalid_request", sentence, str(error)) from error


def _target(org: str, read: Read | None, found: list[Candidate]) -> Target:
    """The one account it could be, where there is one: whose people see it in their record."""
    accounts = {account.id: account for _, account in found}
    if len(accounts) == 1:
        return target_of(org, *accounts.values())
    issuer = read.issuer[:200] if read else "no token"
    return Target("service-account", "", issuer, organisation(org))


async def _count(attempts: AttemptLimits, limits: list[Limit]) -> None:
    wait = await attempts.take(limits)
    if wait:
        raise TooManyRequests(
            f"Too many tokens came from this address. Try again in {wait} seconds.",
            headers={"Retry-After": str(wait)},
            retry_after=wait,
        )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
