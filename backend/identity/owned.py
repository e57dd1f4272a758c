"""What teams own: a role given at a team's own scope is given at everything the team owns.

The owned scopes are put in when a policy is compiled and stored nowhere else, so that what a team
no longer owns is gone with the next compilation. Which namespaces a team's selectors fit, each
process knows from its own watches (`Selection`), which a database session carries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.binding import Binding
from auth.scope import InvalidScopeError, Scope, parse
from backend.db.identity import TeamRecord
from backend.db.teams import TeamScopeRecord, TeamSelectorRecord

__all__ = ["Owned", "Selecting", "Selection", "owned_by", "selected", "spread", "team_of"]

Owned = Mapping[str, tuple[Scope, ...]]
"""Scopes by the name of the team that owns them."""
_TEAM_SCOPE: Final = 4
_SELECTION: Final = "selection"


class Selecting(Protocol):
    """Knows the namespaces there are now, and their labels."""

    @property
    def version(self) -> int:
        """Another one whenever a selector may fit other namespaces than before."""

    def namespaces(self, cluster: str, labels: str) -> Iterable[Scope]:
        """The namespaces of `cluster` (of all, if it is empty) that the selector `labels` fits;
        none of a cluster that is not read yet or does not answer."""


class Selection:
    """What the sessions of one console know of namespaces: nothing, until a feature tells."""

    def __init__(self) -> None:
        self.selecting: Selecting | None = None

    @property
    def version(self) -> int:
        """That of what is known."""
        return self.selecting.version if self.selecting else 0

    @property
    def session_info(self) -> dict[Any, Any]:
        """What a session carries (`AsyncSession.info`), so that whoever compiles a policy in it
        knows the namespaces."""
        return {_SELECTION: self}


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
    """What the teams own whose scopes are among `texts`, by name or by its labels now."""
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
    for name, cluster, labels in await _selectors(db, names):
        found[name] += selected(db, cluster, labels)
    return {name: tuple(dict.fromkeys(scopes)) for name, scopes in found.items()}


def selected(db: AsyncSession, cluster: str, labels: str) -> list[Scope]:
    """The namespaces that a selector fits now; none in a session of no console."""
    selection: Selection | None = db.info.get(_SELECTION)
    known = selection.selecting if selection else None
    return list(known.namespaces(cluster, labels)) if known else []


async def _selectors(db: AsyncSession, names: Iterable[str]) -> Iterable[tuple[str, str, str]]:
    record = TeamSelectorRecord
    query = select(col(TeamRecord.name), col(record.cluster), col(record.labels))
    query = query.join(record, col(record.team_id) == col(TeamRecord.id))
    query = query.where(col(TeamRecord.name).in_(names))
    ordered = query.order_by(col(record.cluster), col(record.labels))
    return [(name, cluster, labels) for name, cluster, labels in await db.execute(ordered)]


def _scope(text: str) -> Scope | None:
    try:
        return parse(text)
    except InvalidScopeError:
        return None
