"""What a provisioned person is here: an account, let in or kept out."""

from __future__ import annotations

from typing import Final

from scim2_models import UniquenessException
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.person import LOGIN_LENGTH
from auth.person import line as shown_line
from auth.subject import Subject, SubjectKind
from backend.db.identity import IdentityRecord, UserRecord
from backend.db.provisioning import ProvisionedUser
from backend.features.scim.caller import Caller
from backend.features.scim.people import shown_name
from backend.identity.epoch import raise_epoch
from backend.identity.owners import require_an_owner
from backend.identity.sessions import end_sessions
from backend.providers.accounts import free_login
from backend.providers.provisioned import drop_unused, has_come, spread_groups

__all__ = ["keep_out", "let_in", "link", "name_account", "release"]

_NOBODY: Final = "person"


async def link(db: AsyncSession, caller: Caller, row: ProvisionedUser) -> None:
    """Give the person the account that their sign-ins have, once the provider's SCIM client calls
    them as these do; a new one otherwise. Neither login nor e-mail leads to one."""
    if row.user_id is not None and await has_come(db, row):
        return
    found = await _signed_in(db, caller, row.external_id)
    if found is None:
        if row.user_id is None:
            row.user_id = await _new_account(db, caller, row)
        return
    other = select(ProvisionedUser).where(
        col(ProvisionedUser.provider) == caller.name,
        col(ProvisionedUser.user_id) == found,
        col(ProvisionedUser.id) != row.id,
    )
    for held in (await db.execute(other)).scalars().all():
        if held.deleted is None:
            raise UniquenessException(detail="externalId: somebody else is called so already")
        await db.delete(held)  # what was left of them, from before they were called otherwise
    before, row.user_id = row.user_id, found
    await db.flush()
    if before is not None:
        await spread_groups(db, caller.name, [before], enabled=caller.enabled)
        await drop_unused(db, before)


async def name_account(db: AsyncSession, row: ProvisionedUser) -> None:
    """Show the account by the name the provider tells."""
    user = await db.get(UserRecord, row.user_id)
    if user is not None and user.name != shown_name(row):
        user.name = shown_name(row)


async def keep_out(db: AsyncSession, caller: Caller, row: ProvisionedUser) -> int:
    """End every session of the person on every replica, and let their API tokens give nothing; how
    many sessions people see end. `Conflict` where no owner would be left."""
    await db.flush()
    if row.user_id is None:
        return 0
    ended = await end_sessions(db, row.user_id)
    await raise_epoch(db, Subject(SubjectKind.USER, row.user_id))
    await spread_groups(db, caller.name, [row.user_id], enabled=caller.enabled)
    await require_an_owner(db, caller.origin.organisation)
    return ended


async def let_in(db: AsyncSession, caller: Caller, row: ProvisionedUser) -> None:
    """They may sign in, their API tokens give what they gave, and their groups count."""
    await db.flush()
    if row.user_id is not None:
        await raise_epoch(db, Subject(SubjectKind.USER, row.user_id))
        await spread_groups(db, caller.name, [row.user_id], enabled=caller.enabled)


async def release(db: AsyncSession, row: ProvisionedUser) -> None:
    """Remove the account of a person who was deleted, if nobody ever signed in to it."""
    if row.user_id is None or await has_come(db, row):
        return
    user_id, row.user_id = row.user_id, None
    await db.flush()
    if not await drop_unused(db, user_id):
        row.user_id = user_id
        await db.flush()


async def _signed_in(db: AsyncSession, caller: Caller, called: str | None) -> str | None:
    if not called:
        return None
    identity = IdentityRecord
    same = col(identity.external) == called
    if caller.by_subject:  # who signed in before it was kept
        same = or_(same, and_(col(identity.external) == "", col(identity.subject) == called))
    query = select(col(identity.user_id)).where(
        col(identity.provider) == caller.name, col(identity.issuer) == caller.issuer, same
    )
    return (await db.execute(query.limit(1))).scalar_one_or_none()


async def _new_account(db: AsyncSession, caller: Caller, row: ProvisionedUser) -> str:
    wanted = shown_line(row.user_name, LOGIN_LENGTH).replace(" ", "-") or _NOBODY
    user = UserRecord(
        login=await free_login(db, caller.name, wanted),
        name=shown_name(row),
    )
    db.add(user)
    await db.flush()
    return user.id
