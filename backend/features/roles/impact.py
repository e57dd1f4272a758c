"""What a change of a role would grant or take, and from whom: told before it is made."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Principal
from auth.role import Role
from auth.scope import InvalidScopeError, organisation, parse, team
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.db.identity import ServiceRecord, TeamRecord
from backend.db.rights import BindingRecord
from backend.features.roles.schemas import Holder, RoleImpact
from backend.features.roles.written import words
from backend.identity import reading
from backend.identity.reach import people_behind

__all__ = ["impact_of"]

MOST_HOLDERS: Final = 200
MOST_PEOPLE: Final = 50


async def impact_of(
    db: AsyncSession, caller: Principal, role_id: str, before: Role, after: Role
) -> RoleImpact:
    """What lies between `before` and `after`, and who holds the role now: people by name to who
    may know who is in the team or group, and counted to others."""
    found = await _bindings(db, role_id)
    seen = [record for record in found if _visible(caller, record)]
    subjects = {reading.subject(record) for record in seen}
    people = await people_behind(db, subjects)
    everybody = frozenset[str]().union(*people.values())
    names = await _names(db, subjects)
    told = (who for one, who in people.items() if _sees(caller, one, names.get(one, one.id)))
    holders = [
        Holder(
            binding=record.id,
            subject_kind=subject.kind,
            subject=names.get(subject) or _alone(people, subject),
            scope=record.scope,
            expires=record.expires,
            people=len(people.get(subject, ())),
        )
        for record in seen[:MOST_HOLDERS]
        for subject in [reading.subject(record)]
    ]
    had, has = set(words(before)), set(words(after))
    return RoleImpact(
        grants=sorted(has - had),
        takes=sorted(had - has),
        idle=sorted(after.idle),
        holders=holders,
        holders_total=len(seen),
        hidden=len(found) - len(seen),
        people=sorted(frozenset[str]().union(*told))[:MOST_PEOPLE],
        people_total=len(everybody),
    )


async def _bindings(db: AsyncSession, role_id: str) -> Sequence[BindingRecord]:
    unexpired = or_(col(BindingRecord.expires).is_(None), col(BindingRecord.expires) > time.time())
    query = select(BindingRecord).where(col(BindingRecord.role_id) == role_id, unexpired)
    return (await db.execute(query.order_by(col(BindingRecord.created)))).scalars().all()


def _visible(caller: Principal, record: BindingRecord) -> bool:
    try:
        scope = parse(record.scope)
    except InvalidScopeError:
        return False
    return caller.policy.decide("binding", Verb.GET, scope).allowed


def _sees(caller: Principal, subject: Subject, name: str) -> bool:
    """Whether the caller may know who is behind it: of a person the binding tells that itself."""
    org, policy = caller.organisation, caller.policy
    if subject.kind is SubjectKind.TEAM:
        return policy.decide("team", Verb.GET, team(org, name)).allowed
    if subject.kind is SubjectKind.GROUP:
        return policy.decide("user", Verb.LIST, organisation(org)).allowed
    return True


def _alone(people: dict[Subject, frozenset[str]], subject: Subject) -> str:
    """A person is called by their login; a group, or who is gone, by their key."""
    behind = people.get(subject, frozenset())
    return min(behind) if subject.kind is SubjectKind.USER and behind else subject.id


async def _names(db: AsyncSession, subjects: set[Subject]) -> dict[Subject, str]:
    teams = {one.id for one in subjects if one.kind is SubjectKind.TEAM}
    services = {one.id for one in subjects if one.kind is SubjectKind.SERVICE}
    found: dict[Subject, str] = {}
    if teams:
        query = select(col(TeamRecord.id), col(TeamRecord.name)).where(
            col(TeamRecord.id).in_(teams)
        )
        for key, name in (await db.execute(query)).all():
            found[Subject(SubjectKind.TEAM, key)] = name
    if services:
        called = select(col(ServiceRecord.id), col(ServiceRecord.name))
        for key, name in (
            await db.execute(called.where(col(ServiceRecord.id).in_(services)))
        ).all():
            found[Subject(SubjectKind.SERVICE, key)] = name
    return found
