"""`/api/v1/account`, and what is reset of others under `/api/v1/users`."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.verb import Verb
from backend.db.identity import UserRecord
from backend.db.session import DbSession
from backend.errors import NotFoundProblem
from backend.features.account import passwords
from backend.features.account.schemas import (
    AccountView,
    OneTimePassword,
    PasswordChange,
    PasswordChanged,
)
from backend.http.audited import Audited
from backend.http.confirming import Confirming, only_people
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import CurrentPrincipal, Decides, Requires, no_such
from backend.http.stepup import FreshNow
from backend.identity.hashing import Hashing
from backend.parts import part
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(tags=["account"], responses=answers(409))

_HOW: Final = "nothing: it is the caller's own account"
Caller = Annotated[Principal, Decides(_HOW)]


@router.get("/account")
async def read_account(caller: Caller, db: DbSession) -> AccountView:
    """How the caller signs in."""
    only_people(caller)
    user = await db.get(UserRecord, caller.id)
    if user is None:
        raise NotFoundProblem(no_such("user"))
    return AccountView(login=user.login, name=user.name, password=user.password_hash is not None)


@router.put("/account/password", responses=answers(429, 503))
async def change_password(
    *,
    caller: Caller,
    body: PasswordChange,
    db: DbSession,
    audit: Audited,
    check: Confirming,
    settings: Annotated[Settings, part(Settings)],
) -> PasswordChanged:
    """Set one's own password: with the present one, or after a step-up. All other sessions end; API
    tokens work on unless they are to be revoked."""
    return await passwords.change_own(db, audit, caller, body, check=check, settings=settings)


@router.post(
    "/users/{user_id}/password-reset",
    dependencies=[Requires("user", Verb.UPDATE), FreshNow],
    responses=answers(503),
)
async def reset_password(
    *,
    user_id: PathId,
    caller: CurrentPrincipal,
    db: DbSession,
    audit: Audited,
    hashing: Annotated[Hashing, part(Hashing)],
    catalogue: Annotated[Catalogue, part(Catalogue)],
) -> OneTimePassword:
    """A one-time password for somebody: they sign in with it within a day and choose their own
    then. Their sessions end."""
    return await passwords.reset(db, audit, caller, user_id, hashing=hashing, catalogue=catalogue)
