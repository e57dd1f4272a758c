"""Passkeys: challenges that are good once, and answers that use them up."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.passkeys import Answered, NewPasskey, NotBelieved, Site, challenge_of, registered
from backend.db.factors import Passkey
from backend.identity.steps import begin_step, take_step
from backend.identity.tokens import digest

__all__ = [
    "ADD",
    "CONFIRM",
    "SECOND",
    "SIGN_IN",
    "Used",
    "add_passkey",
    "challenge_for",
    "passkeys_of",
    "remove_passkey",
    "rename_passkey",
    "use_passkey",
]

SIGN_IN: Final = "passkey-sign-in"
SECOND: Final = "passkey-second-factor"
CONFIRM: Final = "passkey-confirm"
ADD: Final = "passkey-add"


@dataclass(frozen=True, slots=True)
class Used:
    """Which passkey answered, whose it is, and what it is called."""

    id: str
    user_id: str
    name: str


async def challenge_for(
    db: AsyncSession, purpose: str, bound: str, user_id: str | None = None
) -> str:
    """A challenge that `bound` alone may answer: the browser's cookie, or the session. The caller's
    transaction commits."""
    return await begin_step(db, purpose, user_id, digest(bound))


async def passkeys_of(db: AsyncSession, user_id: str) -> list[Passkey]:
    """Somebody's passkeys, the oldest first."""
    query = select(Passkey).where(col(Passkey.user_id) == user_id)
    query = query.order_by(col(Passkey.created), col(Passkey.id))
    return list((await db.execute(query)).scalars())


async def use_passkey(
    db: AsyncSession,
    site: Site | None,
    credential: Mapping[str, Any],
    *,
    purpose: str,
    bound: str | None,
    user_id: str | None = None,
) -> Used:
    """Whose passkey it is, once its answer is believed; of `user_id`, where that is given. Raises
    `NotBelieved`. The challenge is used up as the caller's transaction commits, whatever comes of
    it, and the device's count goes on: of two at once the second is not believed."""
    if site is None:
        raise NotBelieved("passkeys cannot be used at this address")
    answered = Answered.read(credential)
    # Locked before the challenge is: who takes somebody's passkeys away goes the same way.
    row = await db.get(Passkey, digest(answered.id), with_for_update=True, populate_existing=True)
    await _take(db, answered.challenge, purpose, bound, user_id)
    if row is None or (user_id is not None and row.user_id != user_id):
        raise NotBelieved("the passkey is not known here")
    if answered.user not in {"", row.user_id}:
        raise NotBelieved("the passkey is of somebody else")
    try:
        count = answered.verified(site, row.public_key)
    except NotBelieved as error:
        raise NotBelieved(str(error), row.user_id) from error
    if not await _advance(db, row.id, count):
        why = "the passkey's counter went back: there may be a copy"
        raise NotBelieved(why, row.user_id, copied=True)
    return Used(row.id, row.user_id, row.name)


async def add_passkey(
    db: AsyncSession,
    site: Site,
    credential: Mapping[str, Any],
    *,
    bound: str,
    user_id: str,
    name: str,
) -> Passkey:
    """Keep a new passkey of `user_id`. Raises `NotBelieved`, also for one that is known already.
    The caller holds the epoch."""
    challenge = challenge_of(credential)
    await _take(db, challenge, ADD, bound, user_id)
    made: NewPasskey = registered(site, challenge, credential)
    key = digest(made.id)
    if await db.get(Passkey, key) is not None:
        raise NotBelieved("this passkey is known already")
    row = Passkey(
        id=key,
        user_id=user_id,
        credential_id=made.id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=name,
    )
    db.add(row)
    await db.flush()
    return row


async def rename_passkey(db: AsyncSession, row: Passkey, name: str) -> bool:
    """Call it so, if it still is as it was read; whether it was."""
    same = (col(Passkey.id) == row.id) & (col(Passkey.row_version) == row.row_version)
    renamed = update(Passkey).where(same).values(name=name, row_version=row.row_version + 1)
    found = await db.execute(
        renamed.returning(col(Passkey.id)).execution_options(synchronize_session=False)
    )
    return found.first() is not None


async def remove_passkey(db: AsyncSession, user_id: str, passkey_id: str) -> str | None:
    """Take one away; what it was called, None where it is nobody's, or another's."""
    theirs = (col(Passkey.id) == passkey_id) & (col(Passkey.user_id) == user_id)
    gone = delete(Passkey).where(theirs).returning(col(Passkey.name))
    found = await db.execute(gone.execution_options(synchronize_session=False))
    return found.scalar_one_or_none()


async def _take(
    db: AsyncSession, challenge: str, purpose: str, bound: str | None, user_id: str | None
) -> None:
    step = await take_step(db, challenge, purpose)
    if step is None or bound is None or step.held != digest(bound) or step.user_id != user_id:
        raise NotBelieved("the challenge is over, or another browser's")


async def _advance(db: AsyncSession, passkey_id: str, count: int) -> bool:
    """Devices that count nothing say 0 each time."""
    before = col(Passkey.sign_count)
    on = before < count if count else before == 0
    mine = update(Passkey).where(col(Passkey.id) == passkey_id, on)
    told = mine.values(sign_count=count, used=time.time()).returning(col(Passkey.id))
    found = await db.execute(told.execution_options(synchronize_session=False))
    return found.first() is not None
