"""`/api/v1/sessions` and `/api/v1/session/step-up`."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from auth.passkeys import to_get
from auth.principal import Principal
from backend.db.session import DbSession
from backend.errors import NotFoundProblem
from backend.features.sessions import service
from backend.features.sessions.directory import confirm_at_directory
from backend.features.sessions.schemas import OpenSession, SteppedUp, StepUp
from backend.http.audited import Audited
from backend.http.confirming import Confirming, ConfirmingCode, only_people, wrong
from backend.http.cookies import set_session_cookie
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import Decides, no_such
from backend.http.passkeys import Here, PasskeyAsked, site_of
from backend.identity.credentials import Identities
from backend.identity.passkeys import CONFIRM, challenge_for, passkeys_of
from backend.identity.principals import BY_DIRECTORY
from backend.parts import part
from backend.providers.service import Providers
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(tags=["session"], responses=answers(409))

_HOW: Final = "the own sessions of who is signed in; others' by the right on sessions"
_CODE_NEEDED: Final = "Your account has a second factor: give a code of it."
Caller = Annotated[Principal, Decides(_HOW)]


@router.get("/sessions")
async def list_sessions(caller: Caller, db: DbSession) -> list[OpenSession]:
    """Where the caller is signed in, the session used last first."""
    return [
        OpenSession(**record.model_dump(), current=record.id == caller.credential.id)
        for record in await service.own(db, caller)
    ]


@router.delete("/sessions", status_code=204)
async def end_other_sessions(caller: Caller, db: DbSession, audit: Audited) -> None:
    """Sign out everywhere but here."""
    await service.end_others(db, audit, caller)


@router.delete("/sessions/{session_id}", status_code=204)
async def end_one_session(
    session_id: PathId, caller: Caller, db: DbSession, audit: Audited
) -> None:
    """End one session: its requests and open streams stop within two seconds, on every replica."""
    await service.end(db, audit, caller, session_id)


@router.post("/session/step-up/challenge")
async def ask_passkey_again(caller: Caller, db: DbSession, site: Here) -> PasskeyAsked:
    """Begin to show by a passkey who one is: what the browser gives `navigator.credentials.get`."""
    only_people(caller)
    known = await passkeys_of(db, caller.id)
    if not known:
        raise NotFoundProblem(no_such("passkey"))
    challenge = await challenge_for(db, CONFIRM, caller.credential.id, caller.id)
    return PasskeyAsked(options=to_get(site, challenge, [one.credential_id for one in known]))


@router.post("/session/step-up", responses=answers(429, 502, 503))
async def step_up(
    *,
    caller: Caller,
    body: StepUp,
    db: DbSession,
    audit: Audited,
    check: Confirming,
    codes: ConfirmingCode,
    settings: Annotated[Settings, part(Settings)],
    identities: Annotated[Identities, part(Identities)],
    providers: Annotated[Providers, part(Providers)],
    request: Request,
    response: Response,
) -> SteppedUp:
    """Give one's password once more, or with a second factor a code of it: what asks who is there
    goes on for a while. The session gets a new cookie."""
    only_people(caller)
    if body.credential is not None:
        await codes.confirm_passkey(caller, body.credential, site_of(settings), audit)
    elif body.code is not None:
        await codes.confirm(caller, body.code, audit)
    elif await codes.asked(db, caller):
        raise wrong("code", _CODE_NEEDED)
    elif body.password is None:
        raise wrong("password", "Give your password.")
    elif caller.assurance.method == BY_DIRECTORY:
        await confirm_at_directory(
            db, caller, body.password, providers=providers, check=check, audit=audit
        )
    else:
        await check.confirm(db, caller, body.password, audit)
    token, at = await service.renew(db, audit, caller, providers.secrets)
    by_factor = body.code is not None or body.credential is not None
    if not by_factor and await codes.asked(db, caller):  # set up while the password was checked
        raise wrong("code", _CODE_NEEDED)
    set_session_cookie(request, response, token, identities.lifetime)
    return SteppedUp(until=at + settings.step_up_minutes * 60)
