"""From a person as their provider tells of them to their account and their groups.

The key is (provider, issuer, subject). Login and e-mail are display data: they never lead to an
account that is there already (identity reference, 2.4).
"""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.oidc.person import Person
from auth.oidc.provider import Provider
from auth.subject import Subject, SubjectKind, group
from backend.db.identity import GroupRecord, IdentityRecord, UserRecord, new_id
from backend.identity.epoch import raise_epoch

__all__ = ["NotLetIn", "present_groups", "set_groups", "settle"]

_NAMES: Final = 100
"""Logins tried beside the one the provider tells."""


class NotLetIn(Exception):
    """The provider is believed, and this person does not get in. `code` is what the page says;
    `unknown` or `disabled`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


async def settle(db: AsyncSession, provider: Provider, person: Person) -> tuple[UserRecord, bool]:
    """The account of `person`, with the name and groups the provider tells now, and whether it
    was made for this sign-in. Raises `NotLetIn`."""
    identity = await _identity(db, provider, person)
    made = identity is None
    if identity is None:
        if provider.known_only:
            raise NotLetIn("unknown", "nobody with this subject has an account here")
        identity = await _make(db, provider, person)
    user = await db.get(UserRecord, identity.user_id)
    if user is None or user.disabled:
        raise NotLetIn("disabled", "the account is switched off")
    user.name = person.name or user.name
    identity.login, identity.email = person.login, person.email
    identity.used = time.time()
    await set_groups(db, user.id, provider.name, person.groups)
    return user, made


async def set_groups(
    db: AsyncSession, user_id: str, provider: str, names: tuple[str, ...]
) -> tuple[set[str], set[str]]:
    """Make `names` the person's groups of that provider; what is new and what is gone. Their
    rights follow everywhere once the caller's transaction commits."""
    before, now = set(await present_groups(db, user_id, provider)), set(names)
    if before == now:
        return set(), set()
    user = Subject(SubjectKind.USER, user_id)
    await raise_epoch(db, user, *(group(provider, name) for name in before ^ now))
    await db.execute(
        delete(GroupRecord).where(
            col(GroupRecord.user_id) == user_id,
            col(GroupRecord.provider) == provider,
            col(GroupRecord.name).in_(before - now),
        )
    )
    db.add_all(
        GroupRecord(user_id=user_id, provider=provider, name=name) for name in sorted(now - before)
    )
    await db.flush()
    return now - before, before - now


async def present_groups(db: AsyncSession, user_id: str, provider: str) -> list[str]:
    """The groups that the provider told of last."""
    theirs = (col(GroupRecord.user_id) == user_id) & (col(GroupRecord.provider) == provider)
    query = select(col(GroupRecord.name)).where(theirs).order_by(col(GroupRecord.name))
    return list((await db.execute(query)).scalars())


async def _identity(db: AsyncSession, provider: Provider, person: Person) -> IdentityRecord | None:
    query = select(IdentityRecord).where(
        col(IdentityRecord.provider) == provider.name,
        col(IdentityRecord.issuer) == person.issuer,
        col(IdentityRecord.subject) == person.subject,
    )
    return (await db.execute(query)).scalar_one_or_none()


async def _make(db: AsyncSession, provider: Provider, person: Person) -> IdentityRecord:
    """A new account. Of two first sign-ins at once the second finds the first's."""
    try:
        async with db.begin_nested():
            user = UserRecord(
                id=new_id(),
                login=await _free_login(db, provider.name, person.login),
                name=person.name or person.login,
            )
            db.add(user)
            await db.flush()
            identity = IdentityRecord(
                user_id=user.id,
                provider=provider.name,
                issuer=person.issuer,
                subject=person.subject,
            )
            db.add(identity)
            await db.flush()
    except IntegrityError:
        found = await _identity(db, provider, person)
        if found is None:
            raise
        return found
    return identity


async def _free_login(db: AsyncSession, provider: str, wanted: str) -> str:
    """The login as the provider tells it, or with the provider's name where somebody else has
    it: two people never share one, and nobody gets another's account by its name."""
    beside = f"{wanted}@{provider}"
    names = [wanted[:128], beside[:128]]
    names += [f"{beside[:120]}-{number}" for number in range(2, _NAMES)]
    query = select(col(UserRecord.login)).where(col(UserRecord.login).in_(names))
    taken = set((await db.execute(query)).scalars())
    free = [name for name in names if name not in taken]
    return free[0] if free else f"{wanted[:90]}-{new_id()}"
