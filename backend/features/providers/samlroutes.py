"""SAML providers' own routes: test, add, change, what is known of them, a new key."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from auth.principal import Principal
from auth.saml.provider import SamlProvider
from backend.commerce.entitled import Entitled
from backend.db.session import DbSession
from backend.errors import Conflict, NotFoundProblem
from backend.features.providers.entrance import Door, count
from backend.features.providers.routes import Changes, Manager, New, Sees, Show
from backend.features.providers.schemas import (
    NewSamlProvider,
    ProviderName,
    ProviderView,
    SamlDraft,
    SamlFound,
)
from backend.features.providers.testing import saml_told
from backend.http.audited import Audited
from backend.http.documented import answers
from backend.http.stepup import Fresh, FreshNow
from backend.http.versions import IfMatch

__all__ = ["router"]

router = APIRouter(
    tags=["identity-providers"], prefix="/identity-providers", responses=answers(409)
)


@router.post("/saml/test", dependencies=[Fresh], responses=answers(429))
async def test_saml_provider(
    body: NewSamlProvider,
    caller: Annotated[Principal, New],
    entry: Door,
    manager: Manager,
    *,
    db: DbSession,
    request: Request,
) -> SamlFound:
    """Read a SAML provider's metadata, without saving anything. It needs what adding one does."""
    await count(entry, request, "test")
    return await manager.test_saml(db, caller, body)


@router.post("/saml", status_code=201, dependencies=[FreshNow], responses=answers(402))
async def create_saml_provider(
    body: NewSamlProvider,
    caller: Annotated[Principal, New],
    manager: Manager,
    *,
    entitled: Entitled,
    db: DbSession,
    audit: Audited,
    show: Show,
    response: Response,
) -> ProviderView:
    """Add a SAML provider; its button is on the sign-in page at once."""
    entitled.require("add-provider")
    row = await manager.create(db, audit, caller, body)
    return await show.changed(row, response)


@router.put("/{name}/saml", dependencies=[FreshNow])
async def change_saml_provider(
    name: ProviderName,
    body: SamlDraft,
    caller: Annotated[Principal, Changes],
    manager: Manager,
    *,
    db: DbSession,
    audit: Audited,
    show: Show,
    response: Response,
    if_match: IfMatch = None,
) -> ProviderView:
    """Change a SAML provider's settings. Needs `If-Match`."""
    row = await show.current(name, if_match)
    await manager.change(db, audit, caller, row, body)
    return await show.changed(row, response)


@router.get("/{name}/saml", dependencies=[Sees], responses=answers(422, 429))
async def read_saml_state(
    name: ProviderName, entry: Door, manager: Manager, db: DbSession, request: Request
) -> SamlFound:
    """The certificates in force at a SAML provider and here, and until when. 422 where its
    metadata cannot be read."""
    await count(entry, request, "test")
    known = await manager.known(db, name)
    if known.provider is None:
        raise NotFoundProblem(known.problem)
    if not isinstance(known.provider, SamlProvider):
        raise Conflict("Only a SAML provider has these.")
    await db.rollback()  # no transaction is held while a provider is asked
    return await saml_told(manager.providers, known.provider, declared=known.declared, anew=False)


@router.post("/{name}/saml/key", dependencies=[FreshNow], responses=answers(503))
async def renew_saml_key(
    name: ProviderName,
    caller: Annotated[Principal, Changes],
    manager: Manager,
    *,
    db: DbSession,
    audit: Audited,
    show: Show,
    response: Response,
    if_match: IfMatch = None,
) -> ProviderView:
    """Make a new key for a SAML provider to encrypt assertions for; those for the key before open
    still. The provider has to read our metadata again. Needs `If-Match`."""
    row = await show.current(name, if_match)
    await manager.renew_key(db, audit, caller, row)
    return await show.changed(row, response)
