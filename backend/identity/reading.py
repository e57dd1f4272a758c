"""The queries behind principals: credentials, their owners, and what these hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Credential, CredentialKind
from auth.subject import Subject, SubjectKind, group
from backend.db.identity import (
    GroupRecord,
    IdentityRecord,
    MembershipRecord,
    ServiceRecord,
    SessionRecord,
    TokenRecord,
    UserRecord,
)
from backend.db.rights import BindingRecord, RoleRecord
from backend.db.teams import TeamGroupRecord
from backend.identity.deactivation import deactivated
from backend.identity.principals import Person

__all__ = ["CALLERS", "bindings", "credentials", "custom_roles", "owner", "people", "subject"]

CALLERS: Final = frozenset({SubjectKind.USER, SubjectKind.SERVICE})
"""Subjects that call: teams and groups are what they hold rights as."""


async def credentials(
    db: AsyncSession, wanted: Iterable[Credential]
) -> dict[Credential, SessionRecord | TokenRecord]:
    """The records of those credentials that exist."""
    ids: dict[CredentialKind, list[str]] = defaultdict(list)
    for credential in wanted:
        ids[credential.kind].append(credential.id)
    found: dict[Credential, SessionRecord | TokenRecord] = {}
    if chosen := ids[CredentialKind.SESSION]:
        sessions = select(SessionRecord).where(col(SessionRecord.id).in_(chosen))
        for session in (await db.execute(sessions)).scalars():
            found[Credential(CredentialKind.SESSION, session.id)] = session
    if chosen := ids[CredentialKind.TOKEN]:
        tokens = select(TokenRecord).where(col(TokenRecord.id).in_(chosen))
        for token in (await db.execute(tokens)).scalars():
            found[Credential(CredentialKind.TOKEN, token.id)] = token
    return found


def owner(record: SessionRecord | TokenRecord) -> Subject:
    """Whose credential it is."""
    if isinstance(record, SessionRecord):
        return Subject(SubjectKind.USER, record.user_id)
    return Subject(SubjectKind(record.owner_kind), record.owner_id)


async def people(
    db: AsyncSession, wanted: Iterable[Subject], *, switched_off: bool = False
) -> dict[Subject, Person]:
    """The users and services among `wanted` that exist and are not disabled; with `switched_off`
    those that are disabled too."""
    ids: dict[SubjectKind, set[str]] = defaultdict(set)
    for one in wanted:
        ids[one.kind].add(one.id)
    found = await _users(db, ids[SubjectKind.USER], switched_off=switched_off)
    if chosen := ids[SubjectKind.SERVICE]:
        services = select(ServiceRecord).where(col(ServiceRecord.id).in_(chosen))
        if not switched_off:
            services = services.where(col(ServiceRecord.disabled).is_(False))
        for service in (await db.execute(services)).scalars():
            itself = Subject(SubjectKind.SERVICE, service.id)
            name = service.title or service.name
            found[itself] = Person(itself, service.name, name, frozenset({itself}))
    return found


async def bindings(
    db: AsyncSession, subjects: Iterable[Subject], now: float
) -> Sequence[BindingRecord]:
    """What they hold at `now`, oldest first."""
    ids: dict[SubjectKind, list[str]] = defaultdict(list)
    for one in subjects:
        ids[one.kind].append(one.id)
    if not ids:
        return []
    theirs = or_(
        *(
            and_(col(BindingRecord.subject_kind) == kind, col(BindingRecord.subject_id).in_(held))
            for kind, held in ids.items()
        )
    )
    unexpired = or_(col(BindingRecord.expires).is_(None), col(BindingRecord.expires) > now)
    query = select(BindingRecord).where(theirs, unexpired)
    query = query.order_by(col(BindingRecord.created), col(BindingRecord.id))
    return (await db.execute(query)).scalars().all()


async def custom_roles(db: AsyncSession, ids: Iterable[str]) -> Sequence[RoleRecord]:
    """Those custom roles that exist."""
    query = select(RoleRecord).where(col(RoleRecord.id).in_(set(ids)))
    return (await db.execute(query)).scalars().all()


def subject(binding: BindingRecord) -> Subject:
    """Whom a binding is of."""
    return Subject(SubjectKind(binding.subject_kind), binding.subject_id)


async def _users(db: AsyncSession, ids: set[str], *, switched_off: bool) -> dict[Subject, Person]:
    if not ids:
        return {}
    refused = exists().where(
        col(IdentityRecord.user_id) == col(UserRecord.id), col(IdentityRecord.refused).is_not(None)
    ) | deactivated(col(UserRecord.id))
    users = select(UserRecord, refused).where(col(UserRecord.id).in_(ids))
    if not switched_off:
        users = users.where(col(UserRecord.disabled).is_(False))
    records = (await db.execute(users)).all()
    belongs, lasting = defaultdict[str, set[Subject]](set), defaultdict[str, set[Subject]](set)
    members = select(MembershipRecord).where(col(MembershipRecord.user_id).in_(ids))
    for member in (await db.execute(members)).scalars():
        lasting[member.user_id].add(Subject(SubjectKind.TEAM, member.team_id))
    told: dict[str, dict[Subject, float]] = defaultdict(dict)
    groups = select(GroupRecord).where(col(GroupRecord.user_id).in_(ids))
    for one in (await db.execute(groups)).scalars():
        belongs[one.user_id].add(group(one.provider, one.name))
        if not one.scim:
            told[one.user_id][group(one.provider, one.name)] = one.told
    for user_id, team_id, at, provisioned in (await db.execute(_by_group(ids))).all():
        joined = Subject(SubjectKind.TEAM, team_id)
        (lasting if provisioned else belongs)[user_id].add(joined)
        told[user_id][joined] = max(at, told[user_id].get(joined, at))
    found: dict[Subject, Person] = {}
    for user, is_refused in records:
        itself = Subject(SubjectKind.USER, user.id)
        subjects = frozenset({itself, *belongs[user.id], *lasting[user.id]})
        ageing = {of: at for of, at in told[user.id].items() if of not in lasting[user.id]}
        found[itself] = Person(itself, user.login, user.name, subjects, ageing, is_refused)
    return found


def _by_group(ids: set[str]) -> Select[str, str, float, bool]:
    """Who belongs to which team because a provider says they are in a group of it: when it said
    so last, and whether it provisions the group, so that it holds until it says otherwise."""
    same = and_(
        col(TeamGroupRecord.provider) == col(GroupRecord.provider),
        col(TeamGroupRecord.name) == col(GroupRecord.name),
    )
    query = select(
        col(GroupRecord.user_id),
        col(TeamGroupRecord.team_id),
        col(GroupRecord.told),
        col(GroupRecord.scim),
    )
    return query.join(TeamGroupRecord, same).where(col(GroupRecord.user_id).in_(ids))
