"""Rows that the system they are of decides on too, beside the console's own rights.

A collection says which resources of the system its rows are (`Reviewed`); whoever asks the
system (`backend.connections.reviewing`) answers with `Limit`s, which become part of the guard.
So a caller sees what both allow, and callers with the same limits share a view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["EVERYWHERE", "Limit", "Resource", "Reviewed", "limit_of"]


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as the system names it: `namespaced`, or of the system as a whole. Of a
    namespace itself (`is_namespace`) the right to get it by name is enough. Rows name a `custom`
    one with its group."""

    group: str
    plural: str
    namespaced: bool = True
    is_namespace: bool = False
    custom: bool = False

    @property
    def name(self) -> str:
        """What rows call it."""
        return f"{self.plural}.{self.group}" if self.custom and self.group else self.plural


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Rows whose field `system` names a system (others are not reviewed), in the namespace of
    the field `namespace`. Where rows are of several `resources`, the field `by` holds which:
    its name; a row with another one is hidden as soon as anything is. Where `more` gives further
    ones, of each system others and by the time others, that is always."""

    resources: tuple[Resource, ...]
    by: str = ""
    system: str = "cluster"
    namespace: str = "namespace"
    more: Callable[[str], tuple[Resource, ...]] | None = None

    def of(self, system: str) -> tuple[Resource, ...]:
        """What its rows are in a system now."""
        return self.resources + (self.more(system) if self.more is not None else ())

    @property
    def fields(self) -> tuple[str, ...]:
        """The row fields that limits compare."""
        namespaced = any(resource.namespaced for resource in self.resources)
        return (
            self.system,
            *((self.by,) if self.by else ()),
            *((self.namespace,) if namespaced else ()),
        )


EVERYWHERE: Final = None
"""In place of namespaces: all of them, and what lies in none."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Of the rows of `system` only those are visible that are one of `allowed`: the resource's
    name, and the namespaces or `EVERYWHERE`."""

    system: str
    allowed: tuple[tuple[str, tuple[str, ...] | None], ...]

    def within(self, other: Limit) -> bool:
        """Whether `other`, of the same system, leaves all that this one leaves, or more."""
        others = dict(other.allowed)
        for plural, where in self.allowed:
            there = others.get(plural, ())
            if there is EVERYWHERE:
                continue
            if where is EVERYWHERE or not set(where) <= set(there):
                return False
        return True


def limit_of(
    system: str, reviewed: Reviewed, allowed: Iterable[tuple[str, tuple[str, ...] | None]]
) -> Limit | None:
    """The limit that lets `allowed` be seen; None when that is everything there can be."""
    kept = tuple(sorted((item for item in allowed if item[1] != ()), key=lambda item: item[0]))
    whole = {plural for plural, where in kept if where is EVERYWHERE}
    if reviewed.more is None and whole == {resource.name for resource in reviewed.resources}:
        return None
    return Limit(system, kept)
