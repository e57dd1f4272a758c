"""`/api/v1/session` and `/api/v1/setup`."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from auth.principal import CredentialKind, Principal
from auth.role import Verb
from auth.scope import render
from backend.db.session import DbSession
from backend.features.session import service
from backend.features.session.schemas import (
    HeldRole,
    LoginRequest,
    SessionView,
    SetupRequest,
    SetupState,
)
from backend.http.audited import Audited, StrangerAudited
from backend.http.cookies import clear_session_cookie, set_device_cookie, set_session_cookie
from backend.http.documented import answers
from backend.http.guard import CurrentPrincipal, Public
from backend.identity import setup
from backend.identity.credentials import Presented
from backend.identity.devices import DEVICE_SECONDS

router = APIRouter(tags=["session"])


@router.get("/session")
async def current_session(principal: CurrentPrincipal, request: Request) -> SessionView:
    """Who is signed in here, and what they hold."""
    return _view(principal, request)


@router.post("/session", dependencies=[Public], responses=answers(401, 429, 503))
async def sign_in(
    body: LoginRequest,
    request: Request,
    response: Response,
    db: DbSession,
    audit: StrangerAudited,
) -> SessionView:
    """Sign in with a local account; the answer sets the session cookie."""
    console = request.app.state.console
    opened = await service.sign_in(db, console, body, request, audit)
    return await _after_commit(db, request, response, opened)


@router.delete("/session", status_code=204)
async def sign_out(
    principal: CurrentPrincipal,
    request: Request,
    response: Response,
    db: DbSession,
    audit: Audited,
) -> None:
    """End this session on every replica; open streams close within two seconds."""
    await service.sign_out(db, request.app.state.console, principal, audit)
    clear_session_cookie(request, response)


@router.get("/setup", dependencies=[Public])
async def setup_state(db: DbSession) -> SetupState:
    """Whether the one-time setup link is still needed."""
    return SetupState(needed=await setup.setup_needed(db))


@router.post("/setup", dependencies=[Public], status_code=201, responses=answers(429, 503))
async def complete_setup(
    body: SetupRequest,
    request: Request,
    response: Response,
    db: DbSession,
    audit: StrangerAudited,
) -> SessionView:
    """Create the first owner with the setup link's token, and sign them in."""
    console = request.app.state.console
    opened = await service.complete_setup(db, console, body, request, audit)
    return await _after_commit(db, request, response, opened)


async def _after_commit(
    db: DbSession, request: Request, response: Response, opened: service.Opened
) -> SessionView:
    """The view of a session that was just opened: visible to others only once committed."""
    identities = request.app.state.console.identities
    set_session_cookie(request, response, opened.token, identities.lifetime)
    set_device_cookie(request, response, opened.device, DEVICE_SECONDS)
    await db.commit()
    presented = Presented(CredentialKind.SESSION, opened.token)
    principal: Principal = await identities.resolve(presented)
    return _view(principal, request)


def _view(principal: Principal, request: Request) -> SessionView:
    catalogue = request.app.state.console.catalogue
    permissions = {
        kind.name: [v.value for v in Verb if principal.policy.allows_somewhere(kind.name, v)]
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
