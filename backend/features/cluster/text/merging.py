"""Three documents into one: what somebody started from, what it is now, what they made of it.

Mappings merge key by key; lists whose entries are all told apart by one of their members (a
container's name, a port's number) merge entry by entry, as Kubernetes' schemas say of them, and
keep their order; other lists are one value. Where both changed the same value to different ones, it
is a clash.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from backend.features.cluster.text.paths import KEYS, below

__all__ = ["Clash", "Merged", "merge"]


class _Absent:
    """Stands for what is not there."""


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Clash:
    """A value that both sides changed; None where it is not there."""

    path: str
    base: Any
    theirs: Any
    mine: Any


@dataclass(slots=True)
class Merged:
    """The document with both sides' changes. At a clash it holds mine, unless told otherwise."""

    value: dict[str, Any]
    clashes: list[Clash] = field(default_factory=list)


def merge(
    base: Mapping[str, Any],
    theirs: Mapping[str, Any],
    mine: Mapping[str, Any],
    *,
    give_way: Collection[str] = (),
) -> Merged:
    """`give_way` are the paths of clashes at which theirs is taken."""
    merger = _Merger(frozenset(give_way))
    value = merger.mappings(base, theirs, mine, "")
    return Merged(value, merger.clashes)


class _Merger:
    def __init__(self, give_way: frozenset[str]) -> None:
        self._give_way = give_way
        self.clashes: list[Clash] = []

    def mappings(self, base: Any, theirs: Any, mine: Any, path: str) -> dict[str, Any]:
        """In the order of mine; what is only theirs follows."""
        found = {}
        for name in [*mine, *(name for name in theirs if name not in mine)]:
            at = below(path, str(name))
            one = self._value(*_each(name, base, theirs, mine), at)
            if one is not ABSENT:
                found[name] = one
        return found

    def _value(self, base: Any, theirs: Any, mine: Any, path: str) -> Any:
        # As it is: the text that was read from it may write a number otherwise.
        if _same(mine, theirs) or _same(mine, base):
            return theirs
        if isinstance(theirs, Mapping) and isinstance(mine, Mapping):
            return self.mappings(base if isinstance(base, Mapping) else {}, theirs, mine, path)
        if (key := _key_of(base, theirs, mine)) is not None:
            order = _order(*([entry[key] for entry in side] for side in (base, theirs, mine)))
            if order is not None:
                sides = _by(key, base), _by(key, theirs), _by(key, mine)
                made = (self._value(*_each(n, *sides), f"{path}[{key}={n}]") for n in order)
                return [one for one in made if one is not ABSENT]
        if _same(theirs, base):
            return mine
        self.clashes.append(Clash(path, _known(base), _known(theirs), _known(mine)))
        return theirs if path in self._give_way else mine


def _order(base: list[Any], theirs: list[Any], mine: list[Any]) -> list[Any] | None:
    """All names as the side that moved some has them, those of the other after what they follow
    there: containers start, and variables are read, in their order. None where both moved them."""
    moved = _moved(base, theirs), _moved(base, mine)
    if all(moved) and _moved(theirs, mine):
        return None
    lead, other = (mine, theirs) if moved[1] else (theirs, mine)
    found = list(lead)
    there = set(lead)
    at = 0
    for name in other:
        if name in there:
            at = found.index(name) + 1
        else:
            found.insert(at, name)
            there.add(name)
            at += 1
    return found


def _moved(before: list[Any], after: list[Any]) -> bool:
    """Whether those that are in both stand in another order."""
    common = set(before) & set(after)
    return [n for n in before if n in common] != [n for n in after if n in common]


def _by(key: str, entries: list[Any]) -> dict[Any, Any]:
    return {entry[key]: entry for entry in entries}


def _each(name: Any, base: Any, theirs: Any, mine: Any) -> tuple[Any, Any, Any]:
    """What is there under `name` on each side."""
    return base.get(name, ABSENT), theirs.get(name, ABSENT), mine.get(name, ABSENT)


def _same(one: Any, other: Any) -> bool:
    """1 and true are equal to Python, and not the same here."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    return one is other or bool(one == other)


def _key_of(*sides: Any) -> str | None:
    """The member that tells the entries of all three lists apart, if there is one."""
    if not all(isinstance(side, list) for side in sides):
        return None
    for key in KEYS:
        if all(_tells_apart(side, key) for side in sides):
            return key
    return None


def _tells_apart(side: list[Any], key: str) -> bool:
    names = [entry.get(key) if isinstance(entry, Mapping) else None for entry in side]
    return all(isinstance(one, (str, int)) and one != "" for one in names) and len(
        set(names)
    ) == len(names)


def _known(value: Any) -> Any:
    return None if value is ABSENT else value
