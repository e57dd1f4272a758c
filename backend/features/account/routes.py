"""`/api/v1/account`, and what is reset of others under `/api/v1/users`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.verb import Verb
from backend.db.factors import TotpFactor
from backend.db.identity import UserRecord
from backend.db.session import DbSession
from backend.errors import NotFoundProblem
from backend.features.account import authenticators, passkeys, passwords
from backend.features.account.schemas import (
    AccountView,
    AuthenticatorView,
    NewPasskey,
    OneTimePassword,
    PasskeyAdded,
    PasskeyChange,
    PasskeyView,
    PasswordChange,
    PasswordChanged,
    RecoveryCodes,
    SecondFactorsRemoved,
    TotpConfirmation,
)
from backend.http.audited import Audited
from backend.http.authenticators import NewTotp
from backend.http.confirming import Confirming, ConfirmingCode, only_people
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import CurrentPrincipal, Decides, Requires, no_such
from backend.http.ownaccount import OWN, OwnAccount
from backend.http.passkeys import Here, PasskeyAsked, site_of
from backend.http.stepup import Fresh, FreshNow
from backend.http.versions import IfMatch, tagged
from backend.identity.factors import codes_left
from backend.identity.hashing import Hashing
from backend.identity.passkeys import passkeys_of
from backend.parts import part
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(tags=["account"], responses=answers(409))

Caller = Annotated[Principal, Decides(OWN)]


@router.get("/account")
async def read_account(
    caller: Caller, db: DbSession, settings: Annotated[Settings, part(Settings)]
) -> AccountView:
    """How the caller signs in."""
    only_people(caller)
    user = await db.get(UserRecord, caller.id)
    if user is None:
        raise NotFoundProblem(no_such("user"))
    totp = await db.get(TotpFactor, user.id)
    return AccountView(
        login=user.login,
        name=user.name,
        password=user.password_hash is not None,
        authenticator=AuthenticatorView(**totp.model_dump()) if totp else None,
        recovery_codes=await codes_left(db, user.id),
        passkeys=[passkeys.view_of(one) for one in await passkeys_of(db, user.id)],
        passkeys_here=site_of(settings) is not None,
    )


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
    "/account/authenticator/set-up", dependencies=[OwnAccount, Fresh], responses=answers(503)
)
async def set_up_authenticator(caller: Caller, db: DbSession, check: ConfirmingCode) -> NewTotp:
    """Begin with an authenticator app (TOTP). Its secret is told this one time and is worth
    nothing until a code of it came back."""
    return await authenticators.begin(db, caller, check)


@router.post(
    "/account/authenticator",
    status_code=201,
    dependencies=[OwnAccount, Fresh],
    responses=answers(429, 503),
)
async def add_authenticator(
    *,
    caller: Caller,
    body: TotpConfirmation,
    db: DbSession,
    audit: Audited,
    check: ConfirmingCode,
) -> RecoveryCodes:
    """Confirm the app with the code it shows: signing in with the password asks for one from now
    on. The answer has ten recovery codes, told this one time."""
    return await authenticators.confirm(db, audit, caller, body, check)


@router.delete("/account/authenticator", status_code=204, dependencies=[OwnAccount, Fresh])
async def remove_authenticator(
    caller: Caller, db: DbSession, audit: Audited, check: ConfirmingCode
) -> None:
    """Remove the app. With the last second factor the recovery codes go, and the password alone
    signs in again."""
    await authenticators.remove(db, audit, caller, check)


@router.post("/account/passkeys/challenge", dependencies=[OwnAccount, Fresh])
async def begin_passkey(caller: Caller, db: DbSession, site: Here) -> PasskeyAsked:
    """Begin with a passkey: what the browser gives `navigator.credentials.create`."""
    return await passkeys.begin(db, caller, site)


@router.post("/account/passkeys", status_code=201, dependencies=[OwnAccount, Fresh])
async def add_passkey(
    *, caller: Caller, body: NewPasskey, db: DbSession, audit: Audited, site: Here
) -> PasskeyAdded:
    """Keep the passkey that was made: it signs in alone, without a name or a password."""
    return await passkeys.add(db, audit, caller, body, site)


@router.patch("/account/passkeys/{passkey_id}", dependencies=[OwnAccount])
async def rename_passkey(
    *,
    passkey_id: PathId,
    body: PasskeyChange,
    caller: Caller,
    db: DbSession,
    audit: Audited,
    response: Response,
    if_match: IfMatch = None,
) -> PasskeyView:
    """Give a passkey another name. Needs `If-Match`."""
    renamed = await passkeys.rename(
        db, audit, caller, passkey_id, name=body.name, if_match=if_match
    )
    tagged(response, renamed.row_version)
    return renamed


@router.delete("/account/passkeys/{passkey_id}", status_code=204, dependencies=[OwnAccount, Fresh])
async def remove_passkey(passkey_id: PathId, caller: Caller, db: DbSession, audit: Audited) -> None:
    """Remove a passkey: it signs nobody in any more."""
    await passkeys.remove(db, audit, caller, passkey_id)


@router.post("/account/recovery-codes", dependencies=[OwnAccount, Fresh])
async def renew_recovery_codes(caller: Caller, db: DbSession, audit: Audited) -> RecoveryCodes:
    """Ten new recovery codes, told this one time; those before are worth nothing any more."""
    return await authenticators.new_codes(db, audit, caller)


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


@router.delete(
    "/users/{user_id}/second-factors", dependencies=[Requires("user", Verb.UPDATE), FreshNow]
)
async def remove_second_factors(
    *,
    user_id: PathId,
    caller: CurrentPrincipal,
    db: DbSession,
    audit: Audited,
    check: ConfirmingCode,
    catalogue: Annotated[Catalogue, part(Catalogue)],
) -> SecondFactorsRemoved:
    """Take the second factors of somebody who lost them: their password alone signs in again. Their
    sessions end."""
    return await authenticators.take_away(
        db, audit, caller, user_id, check=check, catalogue=catalogue
    )
