"""`/api/v1/tokens`: one's own tokens, and those of service accounts one looks after."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.scope import render
from auth.verb import Verb
from backend.db.identity import TokenRecord
from backend.db.session import DbSession
from backend.features.tokens import service
from backend.features.tokens.owners import owner_of, service_for
from backend.features.tokens.schemas import (
    MadeToken,
    NewToken,
    Rotation,
    TokenChoices,
    TokenKind,
    TokenView,
)
from backend.features.tokens.service import Mint
from backend.http.audited import Audited
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import Decides
from backend.parts import part
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(tags=["tokens"], prefix="/tokens", responses=answers(409))

_HOW: Final = (
    "the own tokens of who is signed in; others' by the right on tokens where their owner belongs"
)
Caller = Annotated[Principal, Decides(_HOW)]
Kinds = Annotated[Catalogue, part(Catalogue)]
Of = Annotated[str | None, Query(alias="service", min_length=1, max_length=32)]


async def _mint(
    caller: Caller,
    db: DbSession,
    audit: Audited,
    catalogue: Kinds,
    settings: Annotated[Settings, part(Settings)],
) -> Mint:
    return Mint(db, audit, caller, catalogue, settings)


Minting = Annotated[Mint, Depends(_mint, scope="function")]


@router.get("")
async def list_tokens(caller: Caller, db: DbSession, of: Of = None) -> list[TokenView]:
    """The caller's own tokens, or those of the service account of that id; newest first. With a
    token also one's own need the right to list tokens."""
    owner = await service_for(db, caller, of, Verb.LIST)
    return [_view(record) for record in await service.tokens_of(db, owner.subject)]


@router.get("/choices")
async def token_choices(
    caller: Caller,
    db: DbSession,
    catalogue: Kinds,
    settings: Annotated[Settings, part(Settings)],
    of: Of = None,
) -> TokenChoices:
    """What a new token may be made for: what its owner holds now, and for how long."""
    service.refuse_tokens(caller)
    owner = await service_for(db, caller, of, Verb.CREATE)
    policy = await service.policy_for(db, caller, owner, catalogue)
    found = ((kind, policy.useful_verbs(kind)) for kind in catalogue)
    return TokenChoices(
        kinds=[
            TokenKind(kind=kind.name, title=kind.title, verbs=[verb.value for verb in verbs])
            for kind, verbs in found
            if verbs
        ],
        scopes=sorted({render(binding.scope) for binding in policy.bindings}),
        days=min(settings.token_days, settings.token_max_days),
        most_days=settings.token_max_days,
        overlap_hours=settings.token_overlap_hours,
    )


@router.post("", status_code=201)
async def create_token(body: NewToken, minting: Minting) -> MadeToken:
    """Make a token. Its secret is in this answer and nowhere else."""
    return _made(await service.create(minting, body))


@router.post("/{token_id}/rotate", status_code=201)
async def rotate_token(token_id: PathId, body: Rotation, minting: Minting) -> MadeToken:
    """Make one that may the same; the present one works on for the overlap. The secret is in this
    answer and nowhere else."""
    present = await service.find(minting.db, token_id)
    return _made(await service.rotate(minting, present, body.overlap_hours))


@router.get("/{token_id}")
async def read_token(token_id: PathId, caller: Caller, db: DbSession) -> TokenView:
    """One token: what it was made for, and when and where it was used last."""
    record = await service.find(db, token_id)
    await owner_of(db, caller, record, Verb.GET)
    return _view(record)


@router.delete("/{token_id}", status_code=204)
async def revoke_token(token_id: PathId, caller: Caller, db: DbSession, audit: Audited) -> None:
    """End it: requests and open streams with it stop within two seconds, on every replica."""
    await service.revoke(db, audit, caller, await service.find(db, token_id))


def _made(minted: service.Minted) -> MadeToken:
    secret, record = minted
    return MadeToken(**_view(record).model_dump(), secret=secret)


def _view(record: TokenRecord) -> TokenView:
    return TokenView(**record.model_dump())
