"""What one caller may see of a collection: the permission half of a view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from auth.principal import Principal
from auth.role import Verb
from auth.scope import Scope, covers
from backend.live.collection import Collection
from backend.live.reviewed import Limit, Reviewed

__all__ = ["Guard", "Reviewer", "guard_of", "may_see"]


@dataclass(frozen=True, slots=True)
class Guard:
    """Rows of `organisation` below one of `scopes` are visible. `cells` names the columns
    that need a right of their own and the scopes below which the caller holds it; elsewhere
    such a cell is answered as missing. `limits` are what systems that decide too leave of
    their rows. Equal guards see the same."""

    organisation: str
    scopes: tuple[Scope, ...]
    cells: tuple[tuple[str, tuple[Scope, ...]], ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def withheld(self) -> frozenset[str]:
        """The columns of which the caller may see no cell at all."""
        return frozenset(column for column, scopes in self.cells if not scopes)

    @property
    def sees_all(self) -> bool:
        """Whether no row of the organisation is hidden."""
        return ("org", self.organisation) in self.scopes and not self.limits

    def within(self, other: Guard) -> bool:
        """Whether `other` shows all that this one shows, or more."""
        cells, limits = dict(other.cells), {limit.system: limit for limit in self.limits}
        return (
            self.organisation == other.organisation
            and _below(self.scopes, other.scopes)
            and all(_below(scopes, cells.get(column, ())) for column, scopes in self.cells)
            and all(
                limit.system in limits and limits[limit.system].within(limit)
                for limit in other.limits
            )
        )

    def overlaps(self, within: Scope) -> bool:
        """Whether anything at or below, or around, ``org/<organisation>/<within>`` is visible:
        decides if a source may be named to the caller at all."""
        scope = ("org", self.organisation, *within)
        return any(covers(held, scope) or covers(scope, held) for held in self.scopes)


def _below(scopes: tuple[Scope, ...], others: tuple[Scope, ...]) -> bool:
    return all(any(covers(held, scope) for held in others) for scope in scopes)


class Reviewer(Protocol):
    """Asks the systems that decide too."""

    async def limits(
        self, caller: Principal, guard: Guard, reviewed: Reviewed
    ) -> tuple[Limit, ...]:
        """The limits of `caller` beyond `guard`, sorted by system. Never raises for what a
        system does: what cannot be asked is hidden."""


def may_see(principal: Principal, collection: Collection, verb: Verb = Verb.LIST) -> bool:
    """Whether any row at all could be shown: else it is refused. Who looks at a part where none
    can be is not refused, but shown none."""
    return principal.policy.allows_somewhere(collection.kind, verb)


def guard_of(principal: Principal, collection: Collection, verb: Verb = Verb.LIST) -> Guard:
    """The console's half of the guard of `principal` for `verb` on the rows of `collection`: what
    may be named to the caller. Rows are shown by `Registry.guard`, which asks further. Who looks
    at a part of the estate sees fewer rows, with the same cells."""
    policy = principal.policy
    cells = tuple(
        (column.id, policy.scopes(column.needs.kind, column.needs.verb))
        for column in collection.columns
        if column.needs is not None
    )
    return Guard(principal.organisation, principal.sees(collection.kind, verb), cells)
