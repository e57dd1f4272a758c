"""Who can give rights, for those who lack one: people's names, or the login of who has none."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Principal
from auth.role import Role
from auth.scope import InvalidScopeError, Scope, covers, organisation, parse
from auth.subject import SubjectKind
from auth.verb import Verb
from backend.db.identity import GroupRecord, MembershipRecord, UserRecord
from backend.db.rights import BindingRecord

__all__ = ["grantors"]

MOST: Final = 10


async def grantors(
    db: AsyncSession, caller: Principal, roles: Iterable[Role], *, others: bool = False
) -> list[str]:
    """Who can grant roles where the caller holds something, or in the whole organisation: their
    names, and the login of who gave none, since the first owner often did not and somebody must be
    asked; `MOST` at most, by name. Services and switched-off accounts are left out, and
    nobody learns of places they have no part in. `others`: without the caller, who cannot give
    themselves what they lack."""
    granting = [role.id for role in roles if role.allows("binding", Verb.CREATE)]
    places = {binding.scope for binding in caller.policy.bindings}
    places.add(organisation(caller.organisation))
    unexpired = or_(col(BindingRecord.expires).is_(None), col(BindingRecord.expires) > time.time())
    query = select(BindingRecord).where(col(BindingRecord.role_id).in_(granting), unexpired)
    ids: dict[str, set[str]] = {kind.value: set() for kind in SubjectKind}
    for record in (await db.execute(query)).scalars():
        if _reaches(record.scope, places):
            ids[record.subject_kind].add(record.subject_id)
    teams, groups = ids[SubjectKind.TEAM.value], ids[SubjectKind.GROUP.value]
    members = select(col(MembershipRecord.user_id)).where(col(MembershipRecord.team_id).in_(teams))
    grouped = select(col(GroupRecord.user_id)).where(
        or_(
            false(),
            *(
                and_(col(GroupRecord.provider) == provider, col(GroupRecord.name) == name)
                for provider, _, name in (one.partition("/") for one in groups)
            ),
        )
    )
    account = col(UserRecord.id)
    theirs = [account.in_(ids[SubjectKind.USER.value]), account.in_(members), account.in_(grouped)]
    named = select(col(UserRecord.name), col(UserRecord.login))
    named = named.where(or_(*theirs), col(UserRecord.disabled).is_(False))
    if others:
        named = named.where(account != caller.id)
    named = named.order_by(col(UserRecord.name), col(UserRecord.login)).limit(MOST)
    return [name or login for name, login in (await db.execute(named)).all()]


def _reaches(text: str, places: Collection[Scope]) -> bool:
    try:
        scope = parse(text)
    except InvalidScopeError:
        return False
    return any(covers(scope, place) for place in places)
