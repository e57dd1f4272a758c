"""`/api/v1/break-glass`: how the account stands, made, sealed; unsealed by whoever has its code."""

from __future__ import annotations

import time
from typing import Annotated, Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from auth.kinds import Catalogue
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.db.breakglass import BreakGlass
from backend.db.identity import UserRecord
from backend.db.session import DbSession
from backend.errors import Conflict, NotFoundProblem
from backend.features.breakglass import making
from backend.features.breakglass.schemas import (
    BreakGlassCode,
    BreakGlassMade,
    BreakGlassView,
    NewBreakGlass,
    Unseal,
    UnsealedView,
)
from backend.features.breakglass.unsealing import Unsealing, unsealed
from backend.http.audited import Audited, StrangerAudited
from backend.http.authenticators import NewTotp
from backend.http.changing import Changed
from backend.http.confirming import ConfirmingCode
from backend.http.documented import answers
from backend.http.guard import CurrentPrincipal, Public, Requires, no_such
from backend.http.stepup import FreshNow
from backend.identity.breakglass import read_break_glass
from backend.identity.epoch import raise_epoch
from backend.identity.hashing import Hashing
from backend.parts import part

__all__ = ["router"]

router = APIRouter(tags=["break-glass"], prefix="/break-glass", responses=answers(409))
_KIND: Final = "identity-provider"
_WORD: Final = "break-glass account"
_CHANGES: Final = Requires(_KIND, Verb.UPDATE, word=_WORD)
Kinds = Annotated[Catalogue, part(Catalogue)]


@router.get("", dependencies=[Requires(_KIND, Verb.GET, word=_WORD)])
async def read_break_glass_account(db: DbSession) -> BreakGlassView:
    """How the account stands, and when it was used last."""
    return await _view(db, await read_break_glass(db))


@router.post("/set-up", dependencies=[_CHANGES, FreshNow], responses=answers(503))
async def set_up_break_glass(
    caller: CurrentPrincipal, db: DbSession, check: ConfirmingCode, catalogue: Kinds
) -> NewTotp:
    """Begin to make the account: the secret of its authenticator app, told this one time."""
    await making.require_owner(db, caller, catalogue)
    return await making.begin(db, caller, check)


@router.post("", status_code=201, dependencies=[_CHANGES, FreshNow], responses=answers(429, 503))
async def create_break_glass(
    *,
    caller: CurrentPrincipal,
    body: NewBreakGlass,
    db: DbSession,
    audit: Audited,
    check: ConfirmingCode,
    hashing: Annotated[Hashing, part(Hashing)],
    catalogue: Kinds,
) -> BreakGlassMade:
    """Make the account, sealed. Its code is in this answer and nowhere else."""
    await making.require_owner(db, caller, catalogue)
    return await making.make(db, audit, caller, body, check=check, hashing=hashing)


@router.post("/seal", dependencies=[_CHANGES, FreshNow])
async def seal_break_glass(
    *,
    caller: CurrentPrincipal,
    db: DbSession,
    audit: Audited,
    catalogue: Kinds,
    changed: Changed,
) -> BreakGlassCode:
    """Seal the account with a new code, which is in this answer and nowhere else; the one before
    opens nothing any more, and the account's sessions end: so somebody else does it. Needs
    `If-Match`."""
    await making.require_owner(db, caller, catalogue)
    row = await read_break_glass(db)
    if row is None:
        raise NotFoundProblem(no_such(_WORD))
    if row.user_id == caller.id:
        raise Conflict(
            "You are signed in with this account, and the new code is for somebody else to keep: "
            "sign in with your own to seal it. It closes by itself when its hour is over."
        )
    await raise_epoch(db, Subject(SubjectKind.USER, row.user_id))  # the lock, before it is read
    row = await read_break_glass(db)
    if row is None:
        raise NotFoundProblem(no_such(_WORD))
    changed.check(row.row_version, await _view(db, row))
    told = await making.reseal(db, audit, caller, row)
    changed.done(caller, row.row_version)
    return told


@router.post("/unseal", dependencies=[Public], responses=answers(429))
async def unseal_break_glass(
    door: Unsealing, *, body: Unseal, request: Request, db: DbSession, audit: StrangerAudited
) -> UnsealedView:
    """Open the account for an hour by its printed code, which is good once. It then signs in as
    others do, with its password and second factor."""
    return await unsealed(db, door, body.code, request, audit)


async def _view(db: AsyncSession, row: BreakGlass | None) -> BreakGlassView:
    user = await db.get(UserRecord, row.user_id) if row is not None else None
    if row is None or user is None:
        return BreakGlassView(state="none")
    open_now = row.until is not None and row.until > time.time()
    state = "open" if open_now else "sealed" if row.code else "used"
    facts = row.model_dump(exclude={"id", "user_id", "code"})
    return BreakGlassView.model_validate(facts | {"state": state, "login": user.login})
