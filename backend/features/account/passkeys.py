"""One's own passkeys: added, renamed, removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.passkeys import NotBelieved, Site, to_create
from auth.principal import Principal
from backend.audit import Audit
from backend.db.factors import Passkey
from backend.db.identity import UserRecord
from backend.errors import Conflict, NotFoundProblem
from backend.features.account.authenticators import own_user, weaken_others
from backend.features.account.passwords import target_of
from backend.features.account.schemas import NewPasskey, PasskeyAdded, PasskeyView
from backend.http.confirming import wrong
from backend.http.guard import no_such
from backend.http.passkeys import PasskeyAsked
from backend.http.versions import check, stale
from backend.identity.epoch import raise_epoch
from backend.identity.factors import codes_if_none, forget_codes_if_alone
from backend.identity.passkeys import (
    ADD,
    add_passkey,
    challenge_for,
    passkeys_of,
    remove_passkey,
    rename_passkey,
)
from backend.identity.rules import refuse_last_factor

__all__ = ["add", "begin", "remove", "rename", "view_of"]

_MOST: Final = 20


def view_of(row: Passkey) -> PasskeyView:
    """A passkey as its person sees it."""
    return PasskeyView(**row.model_dump())


async def begin(db: AsyncSession, caller: Principal, site: Site) -> PasskeyAsked:
    """What the caller's browser is asked, to make a passkey on a device that has none of theirs."""
    user = await own_user(db, caller)
    known = await passkeys_of(db, user.id)
    _require_room(user, known)
    # Not to the session: a step-up on the way gives it another id, and the device has the passkey.
    challenge = await challenge_for(db, ADD, caller.id, user.id)
    ids = [one.credential_id for one in known]
    options = to_create(
        site, challenge, user_id=user.id, login=user.login, name=user.name, known=ids
    )
    return PasskeyAsked(options=options)


async def add(
    db: AsyncSession, audit: Audit, caller: Principal, body: NewPasskey, site: Site
) -> PasskeyAdded:
    """Keep it; recovery codes, told this one time, for who had none. The caller's other sessions
    have to show a second factor before they do what asks for it."""
    await raise_epoch(db, caller.subject)
    # Locked: who signs in by the password at this moment is refused, or among the others below.
    user = await db.get(UserRecord, caller.id, with_for_update=True, populate_existing=True)
    if user is None:
        raise NotFoundProblem(no_such("user"))
    _require_room(user, await passkeys_of(db, user.id))
    try:
        row = await add_passkey(
            db, site, body.credential, bound=caller.id, user_id=user.id, name=body.name
        )
    except NotBelieved as error:
        raise wrong("credential", f"The passkey was not taken: {error}. Try again.") from error
    codes = await codes_if_none(db, user.id)
    await weaken_others(db, caller)
    audit.did("add-passkey", target_of(user, caller), detail=row.name)
    return PasskeyAdded(passkey=view_of(row), codes=codes)


async def rename(
    db: AsyncSession,
    audit: Audit,
    caller: Principal,
    passkey_id: str,
    *,
    name: str,
    if_match: str | None,
) -> PasskeyView:
    """Call one of the caller's so; 412 where it was renamed since it was read."""
    user = await own_user(db, caller)
    row = await _own(db, user, passkey_id)
    before = view_of(row)
    check(if_match, before.row_version, before)
    renamed = await rename_passkey(db, row, name)
    now = view_of(await _own(db, user, passkey_id))
    if not renamed:
        raise stale(now.row_version, now)
    audit.did("rename-passkey", target_of(user, caller), detail=f"{before.name} → {name}")
    return now


async def remove(db: AsyncSession, audit: Audit, caller: Principal, passkey_id: str) -> None:
    """Take one of the caller's away. With their last second factor the recovery codes go; 409
    where the organisation asks for one."""
    await raise_epoch(db, caller.subject)
    user = await own_user(db, caller)
    name = await remove_passkey(db, user.id, passkey_id)
    if name is None:
        raise NotFoundProblem(no_such("passkey"))
    await refuse_last_factor(db, user.id)
    await forget_codes_if_alone(db, user.id)
    audit.did("remove-passkey", target_of(user, caller), detail=name)


async def _own(db: AsyncSession, user: UserRecord, passkey_id: str) -> Passkey:
    row = await db.get(Passkey, passkey_id, populate_existing=True)
    if row is None or row.user_id != user.id:
        raise NotFoundProblem(no_such("passkey"))
    return row


def _require_room(user: UserRecord, known: Sequence[Passkey]) -> None:
    if user.password_hash is None:
        raise Conflict("The console has no password of yours: you sign in by a provider.")
    if len(known) >= _MOST:
        raise Conflict(f"You have {_MOST} passkeys already: remove one first.")
