"""Lists narrowed to what a team owns, and the teams that may be chosen for it.

What a team owns is kept until a row of it changes, here or at another replica, or a namespace has
other labels: open sockets ask
for it every 0.7 s. It lets nobody see anything: it only takes away from what they may see.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from cachetools import LRUCache
from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from auth.principal import CredentialKind, Principal
from auth.scope import Scope, covers, minimal, render, team
from auth.subject import SubjectKind
from auth.verb import Verb
from backend.db.away import DATABASE_AWAY
from backend.db.identity import TeamRecord
from backend.db.teams import TeamScopeRecord, TeamSelectorRecord
from backend.errors import Unavailable
from backend.features.teams.schemas import TeamChoice
from backend.identity.owned import Selection, owned_by, team_of
from backend.live.errors import NoSuchTeam

__all__ = ["TeamNarrowing", "choices"]

MOST: Final = 1000
"""Teams that are told; whoever looks for a further one writes its name into the address."""
_KEPT: Final = 4096


class TeamNarrowing:
    """The `backend.live.registry.Narrower` of the console; one per process."""

    def __init__(self, db_sessions: async_sessionmaker[AsyncSession], selection: Selection) -> None:
        self._db_sessions = db_sessions
        self._selection = selection
        self._owned: LRUCache[tuple[str, int], tuple[Scope, ...]] = LRUCache(_KEPT)
        self._names: LRUCache[str, str] = LRUCache(_KEPT)
        self._version = 0

    def changed(self, _notice: object) -> None:
        """Some team, or what it owns, changed."""
        self._version += 1
        self._owned.clear()
        self._names.clear()

    async def narrowed(self, caller: Principal, name: str) -> Principal:
        """`caller`, looking at what the team owns and at what lies at its own scope. It may be
        chosen by whoever may list it or, signed in, belongs to it. Whether there is one is asked
        after that: the time it takes tells nobody else."""
        where = team(caller.organisation, name)
        try:
            visible = caller.policy.decide("team", Verb.LIST, where).allowed
            if not visible and name not in await self._own(caller):
                raise NoSuchTeam(name)
            owned = self._owned.get((name, self._selection.version))
            if owned is None:
                owned = await self._read(name, where)
        except (SQLAlchemyError, *DATABASE_AWAY) as error:
            raise Unavailable("What the team owns cannot be read now.") from error
        return replace(caller, within=owned)

    async def _read(self, name: str, where: Scope) -> tuple[Scope, ...]:
        version, selection = self._version, self._selection.version
        async with self._db_sessions() as db:
            known = select(col(TeamRecord.id)).where(col(TeamRecord.name) == name)
            if (await db.execute(known)).first() is None:
                raise NoSuchTeam(name)
            owned = await owned_by(db, [render(where)])
        found = minimal((where, *owned.get(name, ())))
        if version == self._version:  # else what was read may be old already
            self._owned[name, selection] = found
        return found

    async def _own(self, caller: Principal) -> set[str]:
        """The names of the teams the caller belongs to."""
        ids = _own_ids(caller)
        if missing := [one for one in ids if one not in self._names]:
            version = self._version
            query = select(col(TeamRecord.id), col(TeamRecord.name))
            async with self._db_sessions() as db:
                rows = await db.execute(query.where(col(TeamRecord.id).in_(missing)))
                found: dict[str, str] = {row.id: row.name for row in rows}
            if version == self._version:
                self._names.update(found)
            return set(found.values()) | {self._names[one] for one in ids if one in self._names}
        return {self._names[one] for one in ids}


async def choices(db: AsyncSession, caller: Principal) -> list[TeamChoice]:
    """The teams the caller may narrow lists to, by name: all they may list, and their own."""
    scopes = caller.policy.scopes("team", Verb.LIST)
    counted = _number(TeamScopeRecord) + _number(TeamSelectorRecord)
    query = select(col(TeamRecord.name), col(TeamRecord.title), counted)
    if not any(covers(scope, ("org", caller.organisation, "team")) for scope in scopes):
        named = {name for scope in scopes if (name := team_of(scope))}
        own = col(TeamRecord.id).in_(_own_ids(caller))
        query = query.where(or_(own, col(TeamRecord.name).in_(named)))
    rows = await db.execute(query.order_by(col(TeamRecord.name)).limit(MOST))
    return [TeamChoice(name=name, title=title, owns=number) for name, title, number in rows.all()]


def _number(record: type[TeamScopeRecord | TeamSelectorRecord]) -> Any:
    owns = select(func.count()).where(col(record.team_id) == col(TeamRecord.id))
    return owns.correlate(TeamRecord).scalar_subquery()


def _own_ids(caller: Principal) -> list[str]:
    """A token may what it was made for, and not what its owner may as one of a team."""
    if caller.credential.kind is not CredentialKind.SESSION:
        return []
    return [one.id for one in caller.subjects if one.kind is SubjectKind.TEAM]
