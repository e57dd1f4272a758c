"""Roles: named sets of (kind, verb) pairs, always explicit.

A role as written may say ``*`` for a kind or a verb; it is compiled against the catalogue,
where ``*`` means every kind that is not sensitive and every verb the kind knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from auth.kinds import Catalogue, Kind, Pair
from auth.verb import Verb

__all__ = [
    "OPERATOR",
    "OWNER",
    "VIEWER",
    "Role",
    "RoleError",
    "Verb",
    "compile_known",
    "compile_role",
]

ANY: Final = "*"

OWNER: Final = "owner"
OPERATOR: Final = "operator"
VIEWER: Final = "viewer"


class RoleError(ValueError):
    """A right is not written as ``kind:verb``, or names what does not exist."""


@dataclass(frozen=True, slots=True)
class Role:
    """A set of rights under a name. `id` is the key; `title` is for people; `idle` are rights it
    names that nothing in this release knows: they grant nothing."""

    id: str
    title: str
    pairs: frozenset[Pair]
    idle: frozenset[str] = frozenset()

    def allows(self, kind: str, verb: Verb) -> bool:
        """Whether this role holds the pair (`kind`, `verb`)."""
        return (kind, verb) in self.pairs


def compile_role(role_id: str, title: str, rights: Iterable[str], catalogue: Catalogue) -> Role:
    """The role that `rights` (``pod:get``, ``*:list``, ``tag:*``) describe.

    Raises `RoleError` for a right that is malformed or names nothing the catalogue has.
    """
    pairs: set[Pair] = set()
    for right in rights:
        pairs |= _meant(right, catalogue)
    return Role(role_id, title, frozenset(pairs))


def compile_known(role_id: str, title: str, rights: Iterable[str], catalogue: Catalogue) -> Role:
    """The same of a stored role: a right that this release does not know is kept apart, and the
    others hold."""
    pairs: set[Pair] = set()
    idle: set[str] = set()
    for right in rights:
        try:
            pairs |= _meant(right, catalogue)
        except RoleError:
            idle.add(right)
    return Role(role_id, title, frozenset(pairs), frozenset(idle))


def _meant(right: str, catalogue: Catalogue) -> frozenset[Pair]:
    kind, colon, word = right.partition(":")
    if not colon or not kind or not word:
        raise RoleError(f"{right!r} is not written as kind:verb")
    found = frozenset(
        pair for each in _kinds(kind, catalogue) for pair in each.pairs if word in {ANY, pair[1]}
    )
    if not found:
        raise RoleError(f"{right!r} names no right there is")
    return found


def _kinds(name: str, catalogue: Catalogue) -> list[Kind]:
    if name == ANY:
        return [kind for kind in catalogue if not kind.sensitive]
    return [catalogue.get(name)] if name in catalogue else []
