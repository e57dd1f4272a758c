"""Which people a subject stands for: whoever gains or loses with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.subject import Subject, SubjectKind
from backend.db.identity import GroupRecord, MembershipRecord, UserRecord
from backend.db.teams import TeamGroupRecord

__all__ = ["people_behind"]


async def people_behind(
    db: AsyncSession, subjects: Iterable[Subject]
) -> dict[Subject, frozenset[str]]:
    """The logins of the active people who hold rights as each of `subjects`: themselves, the
    members of a team by hand or by group, those a provider says are in a group. None of a service.
    """
    ids: defaultdict[SubjectKind, set[str]] = defaultdict(set)
    for one in subjects:
        ids[one.kind].add(one.id)
    found: defaultdict[Subject, set[str]] = defaultdict(set)

    async def take(kind: SubjectKind, query: Any) -> None:
        for key, login in (await db.execute(query)).all():
            found[Subject(kind, key)].add(login)

    active, login = col(UserRecord.disabled).is_(False), col(UserRecord.login)
    if users := ids[SubjectKind.USER]:
        query = select(col(UserRecord.id), login).where(active, col(UserRecord.id).in_(users))
        await take(SubjectKind.USER, query)
    if teams := ids[SubjectKind.TEAM]:
        member, mapped, told = MembershipRecord, TeamGroupRecord, GroupRecord
        by_hand = select(col(member.team_id), login).join(
            UserRecord, col(UserRecord.id) == col(member.user_id)
        )
        await take(SubjectKind.TEAM, by_hand.where(active, col(member.team_id).in_(teams)))
        same = and_(col(mapped.provider) == col(told.provider), col(mapped.name) == col(told.name))
        by_group = select(col(mapped.team_id), login).join(told, same)
        by_group = by_group.join(UserRecord, col(UserRecord.id) == col(told.user_id))
        await take(SubjectKind.TEAM, by_group.where(active, col(mapped.team_id).in_(teams)))
    if groups := ids[SubjectKind.GROUP]:
        for key, login_ in await _in_groups(db, groups):
            found[Subject(SubjectKind.GROUP, key)].add(login_)
    return {subject: frozenset(logins) for subject, logins in found.items()}


async def _in_groups(db: AsyncSession, groups: Iterable[str]) -> list[tuple[str, str]]:
    named = [(provider, name) for provider, _, name in (one.partition("/") for one in groups)]
    told = GroupRecord
    query = select(col(told.provider), col(told.name), col(UserRecord.login))
    query = query.join(UserRecord, col(UserRecord.id) == col(told.user_id))
    query = query.where(
        col(UserRecord.disabled).is_(False),
        or_(*(and_(col(told.provider) == one, col(told.name) == name) for one, name in named)),
    )
    return [(f"{one}/{name}", login) for one, name, login in (await db.execute(query)).all()]
