"""`/api/v1/identity-providers/NAME/provisioning`: how a provider provisions, and its token."""

from __future__ import annotations

from typing import Annotated, Final, assert_never

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.ldap.provider import LdapProvider
from auth.oidc.provider import OidcProvider
from auth.principal import Principal
from auth.provider import NAME_PATTERN
from auth.saml.provider import SamlProvider
from auth.verb import Verb
from backend.db.identity import IdentityRecord
from backend.db.provisioning import ProvisionedGroup, ProvisionedUser, ProvisioningToken
from backend.db.session import DbSession
from backend.errors import NotFoundProblem
from backend.features.scim.endpoint import MOUNT
from backend.features.scim.schemas import (
    MadeScimToken,
    NewScimToken,
    ProvisioningView,
    ScimRotation,
    ScimTokenView,
)
from backend.features.scim.tokens import KIND, Made, Minting, tokens_of
from backend.http.audited import Audited
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import Requires, no_such
from backend.http.origin import own_address
from backend.http.stepup import FreshNow
from backend.parts import part
from backend.providers.records import KnownProvider
from backend.providers.service import Providers
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(
    tags=["identity-providers"],
    prefix="/identity-providers/{name}/provisioning",
    responses=answers(409),
)
_WORD: Final = "identity provider"
Sees: Final = Requires(KIND, Verb.GET, word=_WORD)
Changes: Final = Requires(KIND, Verb.UPDATE, word=_WORD)
ProviderName = Annotated[str, Path(max_length=63, pattern=NAME_PATTERN)]
AppSettings = Annotated[Settings, part(Settings)]


async def _known(
    name: ProviderName, db: DbSession, providers: Annotated[Providers, part(Providers)]
) -> KnownProvider:
    found = await providers.find(db, name)
    if found is None:
        raise NotFoundProblem(no_such(_WORD))
    return found


Known = Annotated[KnownProvider, Depends(_known)]


async def _minting(
    caller: Annotated[Principal, Changes],
    known: Known,
    db: DbSession,
    audit: Audited,
    settings: AppSettings,
) -> Minting:
    return Minting(db, audit, caller, settings, known)


Mint = Annotated[Minting, Depends(_minting, scope="function")]


@router.get("", dependencies=[Sees])
async def read_provisioning(
    request: Request, known: Known, db: DbSession, settings: AppSettings
) -> ProvisioningView:
    """Where the provider's SCIM client has to go, its tokens, and whom it told of."""
    counts = await _counts(db, known.name)
    return ProvisioningView(
        address=own_address(request, settings) + MOUNT,
        external=_external(known),
        tokens=[_view(token) for token in await tokens_of(db, known.name)],
        overlap_hours=settings.token_overlap_hours,
        **counts,
    )


@router.post("/tokens", status_code=201, dependencies=[FreshNow])
async def create_scim_token(body: NewScimToken, mint: Mint) -> MadeScimToken:
    """Make the provider's token, where it has none. Its secret is in this answer and nowhere
    else."""
    return _made(await mint.create(body.days))


@router.post("/tokens/{token_id}/rotate", status_code=201, dependencies=[FreshNow])
async def rotate_scim_token(token_id: PathId, body: ScimRotation, mint: Mint) -> MadeScimToken:
    """Make one in its place; the present one works on for the overlap. The secret is in this answer
    and nowhere else."""
    return _made(await mint.rotate(token_id, body.overlap_hours))


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke_scim_token(token_id: PathId, mint: Mint) -> None:
    """End it: the next request with it is refused. Whom it told of stays as they were told."""
    await mint.revoke(token_id)


def _external(known: KnownProvider) -> str:
    provider = known.provider
    if provider is None:
        return ""
    match provider:
        case OidcProvider():
            return provider.external_claim
        case SamlProvider():
            return provider.subject or "NameID"
        case LdapProvider():
            return provider.unique
        case _:
            assert_never(provider)


async def _counts(db: AsyncSession, provider: str) -> dict[str, int]:
    user = ProvisionedUser
    signed_in = exists().where(
        col(IdentityRecord.user_id) == col(user.user_id), col(IdentityRecord.provider) == provider
    )
    people = select(func.count()).select_from(user)
    people = people.where(col(user.provider) == provider, col(user.deleted).is_(None))
    groups = select(func.count()).select_from(ProvisionedGroup)
    queries = {
        "people": people,
        "waiting": people.where(~signed_in),
        "deactivated": people.where(col(user.active).is_(False)),
        "groups": groups.where(col(ProvisionedGroup.provider) == provider),
    }
    return {name: (await db.execute(query)).scalar_one() for name, query in queries.items()}


def _view(token: ProvisioningToken) -> ScimTokenView:
    return ScimTokenView(**token.model_dump(include=set(ScimTokenView.model_fields)))


def _made(made: Made) -> MadeScimToken:
    secret, record = made
    return MadeScimToken(**_view(record).model_dump(), secret=secret)
