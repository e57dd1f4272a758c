"""What one caller may see of a collection: the permission half of a view."""

from __future__ import annotations

from dataclasses import dataclass

from auth.principal import Principal
from auth.role import Verb
from auth.scope import Scope, covers

__all__ = ["Guard", "guard_of"]


@dataclass(frozen=True, slots=True)
class Guard:
    """Rows of `organisation` below one of `scopes` are visible. Equal guards see the same."""

    organisation: str
    scopes: tuple[Scope, ...]

    def sees(self, scope: Scope) -> bool:
        """Whether a row at `scope` is visible."""
        return any(covers(held, scope) for held in self.scopes)

    def touches(self, within: Scope) -> bool:
        """Whether anything at or below, or around, ``org/<organisation>/<within>`` is visible:
        decides if a source may be named to the caller at all."""
        scope = ("org", self.organisation, *within)
        return any(covers(held, scope) or covers(scope, held) for held in self.scopes)


def guard_of(principal: Principal, kind: str, verb: Verb = Verb.LIST) -> Guard:
    """The guard of `principal` for (`kind`, `verb`)."""
    return Guard(principal.organisation, principal.policy.scopes(kind, verb))
