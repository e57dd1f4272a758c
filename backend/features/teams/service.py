"""Teams: every change authorised, guarded, recorded, felt at once on every replica."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.scope import render, team
from auth.subject import Subject, SubjectKind
from backend.audit import Audit, Change, Target
from backend.db.identity import MembershipRecord, ServiceRecord, TeamRecord, UserRecord
from backend.db.rights import BindingRecord
from backend.db.teams import TeamGroupRecord, TeamScopeRecord
from backend.db.versions import advance
from backend.errors import Conflict, NotFoundProblem
from backend.features.teams import parts
from backend.features.teams.schemas import NewTeam, TeamChange, TeamView
from backend.http.guard import no_such
from backend.identity.epoch import raise_epoch
from backend.identity.owned import selected
from backend.identity.owners import require_an_owner
from backend.identity.removal import remove_holdings

__all__ = ["change", "create", "find", "remove", "view"]

_SHOWN: Final = frozenset({"name", "title", "members", "groups", "scopes", "selectors"})


async def find(db: AsyncSession, name: str) -> TeamRecord:
    """The team, or 404."""
    query = select(TeamRecord).where(col(TeamRecord.name) == name)
    record = (await db.execute(query)).scalar_one_or_none()
    if record is None:
        raise NotFoundProblem(no_such("team"))
    return record


async def view(db: AsyncSession, record: TeamRecord) -> TeamView:
    """The team with its people, groups and what it owns."""
    member, group, scope = MembershipRecord, TeamGroupRecord, TeamScopeRecord
    logins = select(col(UserRecord.login)).join(member, col(member.user_id) == col(UserRecord.id))
    logins = logins.where(col(member.team_id) == record.id).order_by(col(UserRecord.login))
    groups = select(group).where(col(group.team_id) == record.id)
    groups = groups.order_by(col(group.provider), col(group.name))
    scopes = select(col(scope.scope)).where(col(scope.team_id) == record.id)
    selectors = await parts.selectors_of(db, record)
    now = {place for one in selectors for place in selected(db, one.cluster, one.labels)}
    return TeamView(
        **record.model_dump(),
        members=list((await db.execute(logins)).scalars()),
        groups=[f"{one.provider}/{one.name}" for one in (await db.execute(groups)).scalars()],
        scopes=list((await db.execute(scopes.order_by(col(scope.scope)))).scalars()),
        selectors=selectors,
        selected=sorted(map(render, now)),
    )


async def create(db: AsyncSession, audit: Audit, body: NewTeam) -> TeamRecord:
    """A team of nobody; 409 for a name that is taken."""
    record = TeamRecord(name=body.name, title=body.title or body.name)
    db.add(record)
    try:
        await db.flush()
    except IntegrityError as error:
        raise Conflict(f"The name {body.name!r} is taken.") from error
    facts = {"name": record.name, "title": record.title}
    audit.did("create", _target(record, audit), change=Change.of(facts, show=_SHOWN))
    return record


async def change(audit: Audit, editing: parts.Editing, body: TeamChange) -> TeamView:
    """Apply the change to the version that was read."""
    db, record = editing.db, editing.team
    before = await view(db, record)
    await raise_epoch(
        db, *await parts.concerned(db, audit.origin.organisation, record, before, body)
    )
    title = record.title if body.title is None else body.title
    await advance(db, record, {"title": title}, "team")
    if body.members is not None:
        await editing.members(before.members, body.members)
    if body.groups is not None:
        await editing.groups(before.groups, body.groups)
    if body.scopes is not None:
        await editing.scopes(before.scopes, body.scopes)
    if body.selectors is not None:
        await editing.selectors(before.selectors, body.selectors)
    await db.flush()
    await require_an_owner(db, editing.caller.organisation)
    after = await view(db, record)
    difference = Change.between(
        before.model_dump(include=set(_SHOWN)), after.model_dump(include=set(_SHOWN)), show=_SHOWN
    )
    audit.did("update", _target(record, audit), change=difference)
    return after


async def remove(db: AsyncSession, audit: Audit, name: str) -> None:
    """Remove the team, what it holds and what was given at it; 409 while service accounts are
    its own."""
    record = await find(db, name)
    subject = Subject(SubjectKind.TEAM, record.id)
    org = audit.origin.organisation
    present = await view(db, record)
    await raise_epoch(db, *await parts.concerned(db, org, record, present, TeamChange()))
    services = select(func.count()).select_from(ServiceRecord)
    services = services.where(col(ServiceRecord.team) == record.name)
    number = (await db.execute(services)).scalar_one()
    if number:
        raise Conflict(f"{number} service accounts belong to this team: remove them first.")
    await remove_holdings(db, subject)
    await db.execute(delete(BindingRecord).where(parts.given_at(org, record)))
    await db.delete(record)
    await db.flush()
    await require_an_owner(db, org)
    audit.did("delete", _target(record, audit))


def _target(record: TeamRecord, audit: Audit) -> Target:
    where = team(audit.origin.organisation, record.name)
    return Target("team", record.id, record.name, where)
