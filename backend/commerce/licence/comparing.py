"""What another set of licences would change, before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend.commerce.licence.combining import COMMUNITY
from backend.commerce.licence.evaluation import Standing
from backend.commerce.licence.states import Phase, State

__all__ = ["Difference", "Grown", "compare"]

Way = Literal["grows", "shrinks", "same", "named"]


@dataclass(frozen=True, slots=True)
class Grown:
    """One entitlement: its limit before and after (None: no limit). ``named``: before, only the
    community's terms held, which name it not and go on holding."""

    name: str
    before: int | None
    after: int | None
    way: Way


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes: the state, each entitlement, features that come and go, and the ids of the
    documents that are replaced, by what replaces them."""

    before: State
    after: State
    entitlements: tuple[Grown, ...]
    features_added: tuple[str, ...]
    features_removed: tuple[str, ...]
    replaces: tuple[tuple[str, str], ...]


def compare(before: Standing, after: Standing) -> Difference:
    """What holds `after` against what holds `before`, both at one moment."""
    names = sorted({*before.entitlements, *after.entitlements, *COMMUNITY})
    gone = {held.licence.jti for held in before.held if held.phase is Phase.REPLACED}
    return Difference(
        before=before.state,
        after=after.state,
        entitlements=tuple(_grown(name, before, after) for name in names),
        features_added=tuple(sorted(after.features - before.features)),
        features_removed=tuple(sorted(before.features - after.features)),
        replaces=tuple(
            (held.licence.jti, held.by)
            for held in after.held
            if held.phase is Phase.REPLACED and held.licence.jti not in gone
        ),
    )


def _grown(name: str, before: Standing, after: Standing) -> Grown:
    old, new = _limit(name, before), _limit(name, after)
    first = before.state is State.COMMUNITY and name not in COMMUNITY
    return Grown(name, old, new, "named" if first and new is not None else _way(old, new))


def _limit(name: str, standing: Standing) -> int | None:
    found = standing.entitlements.get(name)
    if found is not None:
        return found.value
    if standing.state in {State.COMMUNITY, State.DEGRADED}:
        return standing.ceilings.get(name, COMMUNITY.get(name))
    return None  # what no licence names none limits


def _way(old: int | None, new: int | None) -> Way:
    if old == new:
        return "same"
    return "grows" if new is None or (old is not None and new > old) else "shrinks"
