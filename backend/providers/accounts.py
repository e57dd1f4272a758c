"""From a person as their provider tells of them to their account and their groups.

The key is (provider, issuer, subject). Login and e-mail are display data: they never lead to an
account that is there already (identity reference, 2.4).
"""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.person import Person
from auth.provider import ProviderBase
from auth.subject import Subject, SubjectKind, group
from backend.db.identity import (
    GroupRecord,
    IdentityRecord,
    SessionRecord,
    UserRecord,
    new_id,
)
from backend.identity.epoch import hold_epoch, raise_epoch
from backend.providers.provisioned import managed_groups, provisioned_account
from backend.providers.table import ProviderSession

__all__ = [
    "NotLetIn",
    "forget_groups",
    "free_login",
    "identity_of",
    "lift",
    "set_groups",
    "settle",
]

_TRIES: Final = 5
_FRESH_SECONDS: Final = 3600.0
"""Groups told longer ago than that may count no more somewhere: who holds them is told anew."""
_NAMES: Final = 100
"""Logins tried beside the one the provider tells."""


class NotLetIn(Exception):
    """The provider is believed, and this person does not get in. `code` is what the page says;
    `unknown` or `disabled`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


async def settle(
    db: AsyncSession, provider: ProviderBase, person: Person
) -> tuple[UserRecord, bool]:
    """The account of `person`, with the name and groups the provider tells now, and whether it
    was made for this sign-in. Raises `NotLetIn`."""
    await hold_epoch(db)
    identity = await _identity(db, provider, person)
    waiting, off = await provisioned_account(db, provider.name, person, identity)
    if off:
        raise NotLetIn("disabled", "the provider has deactivated this person (SCIM)")
    made = identity is None and waiting is None
    if identity is None and waiting is not None:
        identity = await _joined(db, provider, person, waiting)
    if identity is None:
        if provider.known_only:
            raise NotLetIn("unknown", "nobody with this subject has an account here")
        identity = await _make(db, provider, person)
    user = await db.get(UserRecord, identity.user_id)
    if user is None or user.disabled:
        raise NotLetIn("disabled", "the account is switched off")
    user.name = person.name or user.name
    identity.login, identity.email = person.login, person.email
    identity.external, identity.used = person.known_as, time.time()
    await lift(db, identity)
    await set_groups(db, user.id, provider.name, person.groups)
    return user, made


async def set_groups(
    db: AsyncSession, user_id: str, provider: str, names: tuple[str, ...]
) -> tuple[set[str], set[str]]:
    """Make `names` the person's groups of that provider, told now; what is new and what is gone.
    Their rights follow everywhere once the caller's transaction commits."""
    await hold_epoch(db)  # before reading: two that tell at once do it one after the other
    told, at = await _told_groups(db, user_id, provider), time.time()
    # A group that the provider provisions is of nobody by what it told besides.
    before, now = set(told), set(names) - await managed_groups(db, provider)
    changed = {name for name in before if told[name] < at - _FRESH_SECONDS} | (before ^ now)
    if changed:
        user = Subject(SubjectKind.USER, user_id)
        await raise_epoch(db, user, *(group(provider, name) for name in changed))
    theirs = _by_sign_in(user_id, provider)
    await db.execute(delete(GroupRecord).where(theirs, col(GroupRecord.name).in_(before - now)))
    await db.execute(update(GroupRecord).where(theirs).values(told=at))
    db.add_all(
        GroupRecord(user_id=user_id, provider=provider, name=name, told=at)
        for name in sorted(now - before)
    )
    await db.flush()
    return now - before, before - now


async def forget_groups(db: AsyncSession, user_id: str, provider: str) -> None:
    """Take the person's groups of that provider away, unless a session of theirs is left that it
    opened: it is asked about that one."""
    await hold_epoch(db)
    left = (
        select(col(SessionRecord.id))
        .join(ProviderSession, col(ProviderSession.session_id) == col(SessionRecord.id))
        .where(col(SessionRecord.user_id) == user_id, col(ProviderSession.provider) == provider)
    )
    if (await db.execute(left.limit(1))).first() is None:
        await set_groups(db, user_id, provider, ())


async def lift(db: AsyncSession, identity: IdentityRecord) -> None:
    """The provider accepts the person: their API tokens are worth something again."""
    if identity.refused is not None:
        identity.refused = None
        await raise_epoch(db, Subject(SubjectKind.USER, identity.user_id))


async def identity_of(
    db: AsyncSession, provider: str, issuer: str, subject: str
) -> IdentityRecord | None:
    """How the provider knows that person here."""
    query = select(IdentityRecord).where(
        col(IdentityRecord.provider) == provider,
        col(IdentityRecord.issuer) == issuer,
        col(IdentityRecord.subject) == subject,
    )
    return (await db.execute(query)).scalar_one_or_none()


async def _told_groups(db: AsyncSession, user_id: str, provider: str) -> dict[str, float]:
    """The groups that the provider told of last, and when."""
    theirs = _by_sign_in(user_id, provider)
    query = select(col(GroupRecord.name), col(GroupRecord.told)).where(theirs)
    return {row[0]: row[1] for row in (await db.execute(query)).all()}


def _by_sign_in(user_id: str, provider: str) -> ColumnElement[bool]:
    return (
        (col(GroupRecord.user_id) == user_id)
        & (col(GroupRecord.provider) == provider)
        & col(GroupRecord.scim).is_(False)
    )


async def _joined(
    db: AsyncSession, provider: ProviderBase, person: Person, user_id: str
) -> IdentityRecord:
    """The provisioned account's first sign-in: from now on it is known by the subject."""
    identity = IdentityRecord(
        user_id=user_id, provider=provider.name, issuer=person.issuer, subject=person.subject
    )
    db.add(identity)
    await db.flush()
    return identity


async def _identity(
    db: AsyncSession, provider: ProviderBase, person: Person
) -> IdentityRecord | None:
    return await identity_of(db, provider.name, person.issuer, person.subject)


async def _make(db: AsyncSession, provider: ProviderBase, person: Person) -> IdentityRecord:
    """A new account. Of two first sign-ins at once the second finds the first's, and takes the
    next free login where that was somebody else's."""
    for _ in range(_TRIES - 1):
        try:
            return await _tried(db, provider, person)
        except IntegrityError:
            found = await _identity(db, provider, person)
            if found is not None:
                return found
    return await _tried(db, provider, person)


async def _tried(db: AsyncSession, provider: ProviderBase, person: Person) -> IdentityRecord:
    async with db.begin_nested():
        user = UserRecord(
            id=new_id(),
            login=await free_login(db, provider.name, person.login),
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
    return identity


async def free_login(db: AsyncSession, provider: str, wanted: str) -> str:
    """The login as the provider tells it, or with the provider's name where somebody else has
    it: two people never share one, and nobody gets another's account by its name."""
    beside = f"{wanted}@{provider}"
    names = [wanted[:128], beside[:128]]
    names += [f"{beside[:120]}-{number}" for number in range(2, _NAMES)]
    query = select(col(UserRecord.login)).where(col(UserRecord.login).in_(names))
    taken = set((await db.execute(query)).scalars())
    free = [name for name in names if name not in taken]
    return free[0] if free else f"{wanted[:90]}-{new_id()}"
