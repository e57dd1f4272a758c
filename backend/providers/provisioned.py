"""People and groups that a provider provisions (SCIM), as signing in and rights see them.

A provisioned person is found by what the provider's SCIM client calls them (`Person.known_as`) at
their first sign-in and never after: from then on they are known by (provider, issuer, subject), as
everybody is, whatever the client calls them later.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.person import Person
from auth.subject import Subject, SubjectKind
from backend.db.identity import GroupRecord, IdentityRecord, MembershipRecord, UserRecord
from backend.db.provisioning import (
    ProvisionedGroup,
    ProvisionedMember,
    ProvisionedUser,
    ProvisioningToken,
)
from backend.db.rights import BindingRecord
from backend.identity.epoch import hold_epoch, raise_epoch
from backend.identity.removal import remove_holdings

__all__ = [
    "drop_unused",
    "forget_provisioned",
    "has_come",
    "managed_groups",
    "provisioned_account",
    "provisioned_accounts",
    "provisioning",
    "spread_groups",
]

_NAMED: Final = 200
"""People a change names one by one; of more, everybody is looked at anew."""
_BATCH: Final = 500


async def provisioned_account(
    db: AsyncSession, provider: str, person: Person, known: IdentityRecord | None
) -> tuple[str | None, bool]:
    """The account that waits for this person's first sign-in, if any, and whether they may not
    sign in. `known` is how the provider knows them here already."""
    record = ProvisionedUser
    theirs = col(record.external_id) == person.known_as
    if known is not None:
        theirs = or_(theirs, col(record.user_id) == known.user_id)
    query = select(record).where(
        col(record.provider) == provider, col(record.issuer) == person.issuer, theirs
    )
    rows = (await db.execute(query)).scalars().all()
    if any(row.active is False for row in rows):
        return None, True
    waiting = next((row for row in rows if row.external_id == person.known_as), None)
    if waiting is None or waiting.user_id is None or await has_come(db, waiting):
        return None, False
    if known is None:
        return waiting.user_id, False
    if not any(row.user_id == known.user_id for row in rows):
        await _meet(db, waiting, known.user_id)
    return None, False


async def drop_unused(db: AsyncSession, user_id: str) -> bool:
    """Remove an account that nobody ever signed in to and that holds nothing: one that was made
    for a provisioned person alone. Whether it was."""
    await db.flush()
    signs_in = select(col(IdentityRecord.id)).where(col(IdentityRecord.user_id) == user_id)
    member = select(col(MembershipRecord.team_id)).where(col(MembershipRecord.user_id) == user_id)
    holds = select(col(BindingRecord.id)).where(
        col(BindingRecord.subject_kind) == SubjectKind.USER,
        col(BindingRecord.subject_id) == user_id,
    )
    told = select(col(ProvisionedUser.id)).where(col(ProvisionedUser.user_id) == user_id)
    user = await db.get(UserRecord, user_id)
    if user is None or user.password_hash is not None:
        return False
    for query in (signs_in, member, holds, told):
        if (await db.execute(query.limit(1))).first() is not None:
            return False
    await remove_holdings(db, Subject(SubjectKind.USER, user_id))
    await db.delete(user)
    await db.flush()
    return True


async def has_come(db: AsyncSession, row: ProvisionedUser) -> bool:
    """Whether somebody signed in as this person before: then it is nobody else's account."""
    query = select(col(IdentityRecord.id)).where(
        col(IdentityRecord.user_id) == row.user_id, col(IdentityRecord.provider) == row.provider
    )
    return (await db.execute(query.limit(1))).first() is not None


async def managed_groups(db: AsyncSession, provider: str) -> set[str]:
    """The groups of which the provider's SCIM client alone says who is in them."""
    query = select(col(ProvisionedGroup.name)).where(col(ProvisionedGroup.provider) == provider)
    return set((await db.execute(query)).scalars())


async def provisioned_accounts(db: AsyncSession, provider: str) -> set[str]:
    """The accounts of everybody it provisions."""
    query = select(col(ProvisionedUser.user_id)).where(
        col(ProvisionedUser.provider) == provider, col(ProvisionedUser.user_id).is_not(None)
    )
    return {one for one in (await db.execute(query)).scalars() if one}


async def spread_groups(
    db: AsyncSession, provider: str, user_ids: Collection[str], *, enabled: bool = True
) -> None:
    """Let these accounts be in the groups their provisioned people are in, and in no other of
    those it provisions; in none where the provider is switched off or the person deactivated. Their
    rights follow everywhere once the caller's transaction commits."""
    await hold_epoch(db)
    changed: set[str] = set()
    listed = sorted(user_ids)
    for start in range(0, len(listed), _BATCH):
        some = listed[start : start + _BATCH]
        wanted = await _wanted(db, provider, some) if enabled else set()
        changed |= await _written(db, provider, some, wanted)
    if changed:
        named = [Subject(SubjectKind.USER, one) for one in sorted(changed)]
        await raise_epoch(db, *(named if len(named) <= _NAMED else ()))


async def provisioning(db: AsyncSession) -> list[tuple[str, str]]:
    """The providers that provision people or may, with the issuer they do it for."""
    found: set[tuple[str, str]] = set()
    for table in (ProvisioningToken, ProvisionedUser):
        query = select(col(table.provider), col(table.issuer)).distinct()
        found |= {(row[0], row[1]) for row in (await db.execute(query)).all()}
    return sorted(found)


async def forget_provisioned(db: AsyncSession, provider: str) -> None:
    """Nothing that was provisioned by it is left but the accounts; its tokens end. Who was
    deactivated stays out: the account is switched off."""
    await hold_epoch(db)
    off = select(col(ProvisionedUser.user_id)).where(
        col(ProvisionedUser.provider) == provider, col(ProvisionedUser.active).is_(False)
    )
    theirs = col(UserRecord.id).in_(off) & col(UserRecord.password_hash).is_(None)
    switched = {"disabled": True, "row_version": col(UserRecord.row_version) + 1}
    await db.execute(update(UserRecord).where(theirs).values(switched))
    for table in (ProvisioningToken, ProvisionedGroup, ProvisionedUser):
        await db.execute(delete(table).where(col(table.provider) == provider))
    told = (col(GroupRecord.provider) == provider) & col(GroupRecord.scim).is_(True)
    await db.execute(delete(GroupRecord).where(told))
    await raise_epoch(db)


async def _meet(db: AsyncSession, row: ProvisionedUser, user_id: str) -> None:
    """Somebody who had an account before their provider told of them: that one is theirs."""
    before, row.user_id = row.user_id, user_id
    await db.flush()
    await spread_groups(db, row.provider, [one for one in (before, user_id) if one])
    if before:
        await drop_unused(db, before)


async def _wanted(db: AsyncSession, provider: str, user_ids: list[str]) -> set[tuple[str, str]]:
    user, group, member = ProvisionedUser, ProvisionedGroup, ProvisionedMember
    query = (
        select(col(user.user_id), col(group.name))
        .join(member, col(member.member_id) == col(user.id))
        .join(group, col(group.id) == col(member.group_id))
        .where(
            col(user.provider) == provider,
            col(user.user_id).in_(user_ids),
            col(user.active).is_distinct_from(False),
        )
    )
    return {(row[0], row[1]) for row in (await db.execute(query)).all() if row[0]}


async def _written(
    db: AsyncSession, provider: str, user_ids: list[str], wanted: set[tuple[str, str]]
) -> set[str]:
    """Write what differs; whose it is. A group that is provisioned is of nobody by what a sign-in
    told."""
    managed = select(col(ProvisionedGroup.name)).where(col(ProvisionedGroup.provider) == provider)
    query = select(GroupRecord).where(
        col(GroupRecord.provider) == provider,
        col(GroupRecord.user_id).in_(user_ids),
        or_(col(GroupRecord.scim).is_(True), col(GroupRecord.name).in_(managed)),
    )
    changed, present = set[str](), set[tuple[str, str]]()
    for row in (await db.execute(query)).scalars():
        key = (row.user_id, row.name)
        if key in wanted and row.scim:
            present.add(key)
            continue
        if key in wanted:
            row.scim = True
            present.add(key)
        else:
            await db.delete(row)
        changed.add(row.user_id)
    at = time.time()
    for user_id, name in sorted(wanted - present):
        db.add(GroupRecord(user_id=user_id, provider=provider, name=name, told=at, scim=True))
        changed.add(user_id)
    await db.flush()
    return changed
