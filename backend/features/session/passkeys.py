"""Signing in with a passkey: alone, since it says itself whose it is and is two factors at once, or
behind the password."""

from __future__ import annotations

from typing import Final, NoReturn

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from auth.passkeys import NotBelieved, Site, to_get
from backend.audit import Audit
from backend.db.factors import Passkey
from backend.db.identity import UserRecord
from backend.errors import Unauthenticated
from backend.features.session.entrance import (
    Entrance,
    Opened,
    address_of,
    count,
    opened,
    origin_as,
    require_let_in,
    session_target,
)
from backend.features.session.steps import OVER, SECOND_FACTOR, reached
from backend.http.connections import address_group
from backend.http.cookies import read_attempt_cookie, set_attempt_cookie
from backend.http.passkeys import PasskeyAnswer, PasskeyAsked
from backend.identity.limits import Limit
from backend.identity.passkeys import (
    SECOND,
    SIGN_IN,
    Used,
    challenge_for,
    passkeys_of,
    use_passkey,
)
from backend.identity.sessions import PASSKEY
from backend.identity.steps import STEP_SECONDS
from backend.identity.tokens import new_token

__all__ = ["ask", "ask_again", "enter"]

_REFUSED: Final = (
    "This passkey does not sign in here, or it took too long: try again, or sign in another way."
)


async def ask(
    db: AsyncSession, entry: Entrance, site: Site, request: Request, response: Response
) -> PasskeyAsked:
    """A challenge for this browser, for any passkey that is for here."""
    await count(entry, _askings(request))
    browser = read_attempt_cookie(request) or new_token()
    challenge = await challenge_for(db, SIGN_IN, browser)
    set_attempt_cookie(request, response, browser, 2 * STEP_SECONDS)
    return PasskeyAsked(options=to_get(site, challenge))


async def ask_again(
    db: AsyncSession, entry: Entrance, site: Site, state: str, request: Request
) -> PasskeyAsked:
    """A challenge for the passkeys of who gave the right password. 401 when that is over, or asks
    for none."""
    await count(entry, _askings(request))
    browser = read_attempt_cookie(request)
    at = await reached(db, state, browser)
    known = await passkeys_of(db, at.user.id)
    if at.purpose != SECOND_FACTOR or not known:
        raise Unauthenticated(OVER)
    challenge = await challenge_for(db, SECOND, browser or "", at.user.id)
    return PasskeyAsked(options=to_get(site, challenge, [one.credential_id for one in known]))


async def enter(
    db: AsyncSession,
    entry: Entrance,
    site: Site,
    body: PasskeyAnswer,
    *,
    request: Request,
    audit: Audit,
) -> Opened:
    """Open the session of whose passkey it is. 401 with one text, whatever is wrong; recorded with
    the reason. The challenge is used up by it."""
    limits = [Limit("address", address_group(address_of(request)), 30, 3.0)]
    await count(entry, limits)
    async with entry.db_sessions() as own, own.begin():
        try:
            used: Used | NotBelieved = await use_passkey(
                own, site, body.credential, purpose=SIGN_IN, bound=read_attempt_cookie(request)
            )
        except NotBelieved as error:  # the challenge is used up all the same
            used = error
    user = await db.get(UserRecord, used.user_id) if used.user_id else None
    if isinstance(used, NotBelieved):
        await _refuse(entry, audit, request, user, used)
    if user is None or user.disabled:
        await _refuse(entry, audit, request, user, NotBelieved("the account is switched off"))
    await entry.attempts.give_back(limits)
    await require_let_in(entry, user, PASSKEY, request, audit)
    detail = f"By the passkey {used.name}."
    entered = await opened(db, entry, user, request, audit, method=PASSKEY, detail=detail)
    # With the session written: who takes the passkey away from now on ends the session too.
    if await db.get(Passkey, used.id, populate_existing=True) is None:
        raise Unauthenticated(_REFUSED)
    return entered


def _askings(request: Request) -> list[Limit]:
    return [Limit("passkey-ask", address_group(address_of(request)), 60, 1.0)]


async def _refuse(
    entry: Entrance, audit: Audit, request: Request, user: UserRecord | None, why: NotBelieved
) -> NoReturn:
    origin = origin_as(audit, user, request) if user else audit.origin
    org = audit.origin.organisation
    target = session_target(org, user.login if user else "(by a passkey)")
    action = why.action("open")
    await entry.refusals.record(origin, action, target, f"By a passkey: {why}.")
    raise Unauthenticated(_REFUSED)
