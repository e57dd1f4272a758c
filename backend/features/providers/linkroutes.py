"""`/api/v1/account/identities`: the providers that know one's own account."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from auth.principal import Principal
from backend.db.session import DbSession, DbSessions
from backend.errors import Conflict
from backend.features.providers.beginning import begun, enabled_provider
from backend.features.providers.entrance import Door, count
from backend.features.providers.passwords import link_by_password
from backend.features.providers.schemas import (
    IdentitiesView,
    PasswordSignIn,
    ProviderName,
    SignInAddress,
)
from backend.features.providers.unlinking import identities_of, unlink
from backend.http.audited import Audited
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import CurrentPrincipal, Decides
from backend.http.ownaccount import OWN, OwnAccount
from backend.http.stepup import Fresh
from backend.identity.breakglass import is_break_glass
from backend.parts import part
from backend.providers.service import Providers

__all__ = ["router"]

Caller = Annotated[Principal, Decides(OWN)]


async def _not_sealed(caller: CurrentPrincipal, db_sessions: DbSessions) -> None:
    async with db_sessions() as db:
        if await is_break_glass(db, caller.id):
            raise Conflict("The break-glass account is known to no provider.")


Unsealed: Final = Depends(_not_sealed)

router = APIRouter(
    tags=["account"],
    prefix="/account/identities",
    dependencies=[OwnAccount],
    responses=answers(409),
)


@router.get("")
async def list_own_identities(
    caller: Caller, db: DbSession, providers: Annotated[Providers, part(Providers)]
) -> IdentitiesView:
    """Which providers know the caller's account, and which others can be linked to it."""
    return await identities_of(db, providers, caller.id)


@router.post("/{provider}", dependencies=[Fresh, Unsealed], responses=answers(404, 429, 502))
async def link_own_identity(
    provider: ProviderName, caller: Caller, entry: Door, request: Request, response: Response
) -> SignInAddress:
    """Begin to link: where the browser goes to sign in there anew. It comes back to the profile."""
    await count(entry, request, "begin")
    known = await enabled_provider(entry, provider)
    url = await begun(entry, request, response, known, next_path="/", fresh=True, link_to=caller.id)
    return SignInAddress(url=url)


@router.post(
    "/{provider}/password",
    status_code=204,
    dependencies=[Fresh, Unsealed],
    responses=answers(403, 404, 422, 429, 502, 503),
)
async def link_own_directory(
    provider: ProviderName, body: PasswordSignIn, caller: Caller, entry: Door, request: Request
) -> None:
    """Link what a directory knows of the caller, with the user name and password there. 422 with
    one text for every wrong input."""
    known = await enabled_provider(entry, provider)
    await link_by_password(entry, request, known, body, caller)


@router.delete("/{identity_id}", status_code=204, dependencies=[Fresh], responses=answers(404))
async def unlink_own_identity(
    identity_id: PathId,
    caller: Caller,
    db: DbSession,
    audit: Audited,
    providers: Annotated[Providers, part(Providers)],
) -> None:
    """Give up a link: with it nobody opens the caller's account any more."""
    await unlink(db, audit, caller, identity_id, providers)
