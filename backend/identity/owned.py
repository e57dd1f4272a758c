"""What teams own: a role given at a team's own scope is given at everything the team owns.

The owned scopes are put in when a policy is compiled and stored nowhere else, so that what a team
no longer owns is gone with the next compilation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.binding import Binding
from auth.scope import InvalidScopeError, Scope, parse
from backend.db.identity import TeamRecord
from backend.db.teams import TeamScopeRecord

__all__ = ["Owned", "owned_by", "spread", "team_of"]

Owned = Mapping[str, tuple[Scope, ...]]
"""Scopes by the name of the team that owns them."""
_TEAM_SCOPE: Final = 4


def team_of(scope: Scope) -> str | None:
    """The team whose own scope this is: ``org/main/team/blue`` and nothing below it."""
    return scope[3] if len(scope) == _TEAM_SCOPE and scope[2] == "team" else None


def spread(bindings: Iterable[Binding], owned: Owned) -> Iterator[Binding]:
    """Each binding, and those at a team's scope also wherever the team owns something."""
    for binding in bindings:
        yield binding
        for scope in owned.get(team_of(binding.scope) or "", ()):
            yield replace(binding, scope=scope)


async def owned_by(db: AsyncSession, texts: Iterable[str]) -> Owned:
    """What the teams own whose scopes are among `texts`."""
    names = {name for text in texts if (scope := _scope(text)) and (name := team_of(scope))}
    if not names:
        return {}
    query = select(col(TeamRecord.name), col(TeamScopeRecord.scope))
    query = query.join(TeamScopeRecord, col(TeamScopeRecord.team_id) == col(TeamRecord.id))
    query = query.where(col(TeamRecord.name).in_(names)).order_by(col(TeamScopeRecord.scope))
    found: defaultdict[str, list[Scope]] = defaultdict(list)
    for name, text in (await db.execute(query)).all():
        if scope := _scope(text):
            found[name].append(scope)
    return {name: tuple(scopes) for name, scopes in found.items()}


def _scope(text: str) -> Scope | None:
    try:
        return parse(text)
    except InvalidScopeError:
        return None
