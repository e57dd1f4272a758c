"""`/api/v1/session` and `/api/v1/setup`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from auth.kinds import Catalogue
from auth.principal import CredentialKind, Principal
from auth.scope import render
from backend.db.session import DbSession
from backend.errors import Forbidden, Unauthenticated
from backend.features.session import accepting, passkeys, service, settingup
from backend.features.session.continuing import go_on
from backend.features.session.entrance import Door, Opened
from backend.features.session.invitationschemas import (
    InvitationAcceptance,
    InvitationLink,
    InvitationShown,
)
from backend.features.session.schemas import (
    HeldRole,
    LoginRequest,
    NextAnswer,
    NextAsked,
    SessionView,
    SetupRequest,
    SetupState,
    SignedOut,
)
from backend.http.audited import Audited, StrangerAudited
from backend.http.authenticators import NewTotp
from backend.http.cookies import clear_session_cookie, set_device_cookie, set_session_cookie
from backend.http.documented import answers
from backend.http.guard import Decides, Public
from backend.http.passkeys import Here, PasskeyAnswer, PasskeyAsked, site_of
from backend.identity import setup
from backend.identity.credentials import Identities, Presented
from backend.identity.devices import DEVICE_SECONDS
from backend.parts import part, parts_of
from backend.settings import Settings

router = APIRouter(tags=["session"])

Own = Annotated[Principal, Decides("nothing: it is the caller's own session")]
Kinds = Annotated[Catalogue, part(Catalogue)]


@router.get("/session")
async def current_session(principal: Own, catalogue: Kinds) -> SessionView:
    """Who is signed in here, and what they hold."""
    return _view(principal, catalogue)


@router.post("/session", dependencies=[Public], responses=answers(401, 429, 503))
async def sign_in(
    entry: Door,
    *,
    body: LoginRequest,
    request: Request,
    response: Response,
    db: DbSession,
    audit: StrangerAudited,
) -> SessionView:
    """Sign in with a local account; the answer sets the session cookie."""
    opened = await service.sign_in(db, entry, body, request, audit)
    return await _after_commit(db, request, response, opened)


@router.post("/session/next", dependencies=[Public], responses=answers(401, 429, 503))
async def continue_sign_in(
    entry: Door,
    *,
    body: NextAnswer,
    request: Request,
    response: Response,
    db: DbSession,
    audit: StrangerAudited,
) -> SessionView:
    """Answer what a sign-in asks next (a 401 of the type ``next-step`` says what); the answer to
    the last step sets the session cookie."""
    opened = await go_on(db, entry, body, request, audit)
    return await _after_commit(db, request, response, opened)


@router.post("/session/next/challenge", dependencies=[Public], responses=answers(401, 409, 429))
async def ask_passkey_next(
    entry: Door, site: Here, *, body: NextAsked, request: Request, db: DbSession
) -> PasskeyAsked:
    """Begin to answer a sign-in's second step with a passkey of that account."""
    return await passkeys.ask_again(db, entry, site, body.state, request)


@router.post("/session/next/authenticator", dependencies=[Public], responses=answers(401, 429, 503))
async def set_up_next(
    entry: Door, *, body: NextAsked, request: Request, db: DbSession, audit: StrangerAudited
) -> NewTotp:
    """The secret of an authenticator app, for a sign-in whose next step (``set-up-factor``) is to
    set one up; asked again it is another. Its first code is the answer to that step."""
    return await settingup.begin(db, entry, body.state, request, audit)


@router.post("/session/passkey/challenge", dependencies=[Public], responses=answers(409, 429))
async def ask_passkey(
    entry: Door, site: Here, *, request: Request, response: Response, db: DbSession
) -> PasskeyAsked:
    """Begin to sign in with a passkey: what the browser gives `navigator.credentials.get`."""
    return await passkeys.ask(db, entry, site, request, response)


@router.post("/session/passkey", dependencies=[Public], responses=answers(401, 409, 429))
async def sign_in_with_passkey(
    entry: Door,
    site: Here,
    *,
    body: PasskeyAnswer,
    request: Request,
    response: Response,
    db: DbSession,
    audit: StrangerAudited,
) -> SessionView:
    """Sign in with what the device answered; the answer sets the session cookie."""
    opened = await passkeys.enter(db, entry, site, body, request=request, audit=audit)
    return await _after_commit(db, request, response, opened)


@router.delete("/session")
async def sign_out(
    principal: Own,
    entry: Door,
    *,
    request: Request,
    response: Response,
    db: DbSession,
    audit: Audited,
) -> SignedOut:
    """End this session on every replica; open streams close within two seconds. Where it was
    opened by a provider, the answer says where the browser signs out there too."""
    if principal.credential.kind is not CredentialKind.SESSION:
        raise Forbidden("A token has no session to end: revoke the token instead.")
    url = await service.sign_out(db, entry, principal, audit, request)
    clear_session_cookie(request, response)
    return SignedOut(url=url)


@router.get("/setup", dependencies=[Public])
async def setup_state(db: DbSession, settings: Annotated[Settings, part(Settings)]) -> SetupState:
    """Whether the one-time setup link is still needed, and whether passkeys can be used here."""
    here = site_of(settings) is not None
    return SetupState(needed=await setup.setup_needed(db), passkeys=here)


@router.post("/setup", dependencies=[Public], status_code=201, responses=answers(429, 503))
async def complete_setup(
    entry: Door,
    *,
    body: SetupRequest,
    request: Request,
    response: Response,
    db: DbSession,
    audit: StrangerAudited,
) -> SessionView:
    """Create the first owner with the setup link's token, and sign them in."""
    opened = await service.complete_setup(db, entry, body, request, audit)
    return await _after_commit(db, request, response, opened)


@router.post("/invitation", dependencies=[Public], responses=answers(403, 429))
async def show_invitation(
    entry: Door, *, body: InvitationLink, request: Request, db: DbSession, catalogue: Kinds
) -> InvitationShown:
    """Who invites to what. It changes nothing, however often it is asked."""
    return await accepting.show(db, entry, body.token, catalogue, request)


@router.post(
    "/invitation/accept",
    dependencies=[Public],
    status_code=201,
    responses=answers(401, 403, 409, 429, 503),
)
async def accept_invitation(
    entry: Door,
    *,
    body: InvitationAcceptance,
    request: Request,
    response: Response,
    db: DbSession,
    catalogue: Kinds,
    audit: StrangerAudited,
) -> SessionView:
    """Make the account one was invited to, with a password of one's own, and sign in to it; that
    goes on with a 401 of the type ``next-step`` where a second factor is asked for."""
    opened = await accepting.accept(db, entry, body, catalogue, request=request, audit=audit)
    return await _after_commit(db, request, response, opened)


async def _after_commit(
    db: DbSession, request: Request, response: Response, opened: Opened
) -> SessionView:
    """The view of a session that was just opened: visible to others only once committed."""
    parts = parts_of(request)
    identities = parts.get(Identities)
    set_session_cookie(request, response, opened.token, identities.lifetime)
    set_device_cookie(request, response, opened.device, DEVICE_SECONDS)
    await db.commit()
    principal = await identities.resolve(Presented(CredentialKind.SESSION, opened.token))
    if principal is None:
        raise Unauthenticated("The session ended at the moment it began. Sign in again.")
    view = _view(principal, parts.get(Catalogue))
    return view.model_copy(update={"recovery_codes": list(opened.codes)})


def _view(principal: Principal, catalogue: Catalogue) -> SessionView:
    permissions = {
        kind.name: [verb.value for verb in principal.policy.useful_verbs(kind)]
        for kind in catalogue
    }
    return SessionView(
        id=principal.id,
        login=principal.login,
        name=principal.name,
        organisation=principal.organisation,
        roles=[
            HeldRole(role=b.role.id, title=b.role.title, scope=render(b.scope))
            for b in principal.policy.bindings
        ],
        permissions={kind: verbs for kind, verbs in permissions.items() if verbs},
    )
