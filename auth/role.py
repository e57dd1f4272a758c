"""Roles: named sets of (kind, verb) pairs. ``*`` as kind means every kind there is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ANY_KIND: Final = "*"


class Verb(StrEnum):
    """What can be done to a thing (identity reference, section 2.1)."""

    GET = "get"
    LIST = "list"
    WATCH = "watch"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    BIND = "bind"
    REVEAL = "reveal"
    PAUSE = "pause"


READ: Final = frozenset({Verb.GET, Verb.LIST, Verb.WATCH})
WRITE: Final = frozenset({Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.PAUSE})

ACCESS_KINDS: Final = frozenset({"user", "binding", "activity", "session"})
"""Kinds about people rather than machines: not part of operator and viewer."""


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of rights. `grants` maps a kind (or ``*``) to its verbs; `withheld` kinds
    are not meant by ``*``."""

    name: str
    title: str
    grants: tuple[tuple[str, frozenset[Verb]], ...]
    withheld: frozenset[str] = frozenset()

    def allows(self, kind: str, verb: Verb) -> bool:
        """Whether this role holds the pair (`kind`, `verb`)."""
        return any(
            verb in verbs and (name == kind or (name == ANY_KIND and kind not in self.withheld))
            for name, verbs in self.grants
        )


OWNER: Final = Role("owner", "Owner", ((ANY_KIND, frozenset(Verb)),))
OPERATOR: Final = Role("operator", "Operator", ((ANY_KIND, READ | WRITE),), ACCESS_KINDS)
VIEWER: Final = Role("viewer", "Viewer", ((ANY_KIND, READ),), ACCESS_KINDS)

ROLES: Final = {role.name: role for role in (OWNER, OPERATOR, VIEWER)}
"""The roles this release ships, by name."""
