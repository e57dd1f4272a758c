"""Several licences at once: which of them count, and how much they allow together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from backend.commerce.licence.dates import begins
from backend.commerce.licence.document import Combine, Enforce, Entitlement, Licence
from backend.commerce.licence.problems import Refused

__all__ = ["COMMUNITY", "combine", "combined", "replaced", "require_coherent"]

COMMUNITY: Final[Mapping[str, int]] = {"servers": 10}
"""What everybody has, with or without a licence."""
_MILDEST: Final[tuple[Enforce, ...]] = ("meter", "soft", "hard")


def require_coherent(licences: Sequence[Licence]) -> None:
    """Raise `Refused` when two of them cannot both be: one id, or one account's sequence, twice."""
    ids: set[str] = set()
    places: dict[tuple[str, str, int], str] = {}
    for licence in licences:
        if licence.jti in ids:
            raise Refused(f"The licence {licence.jti} is there twice.")
        ids.add(licence.jti)
        place = (licence.iss, licence.sub, licence.sequence)
        if other := places.get(place):
            raise Refused(
                f"{licence.jti} and {other} are both number {licence.sequence} of "
                f"{licence.sub}; ask who issued them which one holds."
            )
        places[place] = licence.jti


def replaced(
    licences: Iterable[Licence], now: float, by: Iterable[Licence] | None = None
) -> Mapping[str, str]:
    """By the id of each licence that is replaced, the one that replaces it: of the same account,
    later in its sequence, begun, and no trial. `by`: those that can replace; without, all can."""
    known = list(licences)
    found: dict[str, str] = {}
    for new in sorted(known if by is None else by, key=lambda each: each.sequence):
        if now < begins(new) or new.trial:
            continue
        for old in known:
            if old.jti in new.supersedes and _follows(new, old):
                found[old.jti] = new.jti
    return found


def _follows(new: Licence, old: Licence) -> bool:
    return (new.iss, new.sub) == (old.iss, old.sub) and new.sequence > old.sequence


def combined(licences: Sequence[Licence]) -> Mapping[str, Entitlement]:
    """What they allow together. What one of them does not name it does not limit."""
    names = sorted({name for licence in licences for name in licence.entitlements})
    return {
        name: combine([licence.entitlements.get(name) for licence in licences], COMMUNITY.get(name))
        for name in names
    }


def combine(parts: Sequence[Entitlement | None], floor: int | None = None) -> Entitlement:
    """One entitlement of several licences; None stands for one that does not name it. At least
    one has to name it."""
    named = [part for part in parts if part is not None]
    unit = min(part.unit for part in named)
    added_up = any(part.combine == "sum" for part in named)
    how: Combine = "sum" if added_up else min(part.combine for part in named)
    enforce = min((part.enforce for part in named), key=_MILDEST.index)
    values = [part.value for part in named]
    if len(named) < len(parts) or None in values:
        return Entitlement(None, unit, how, enforce)
    added = sum(part.value or 0 for part in named if part.combine == "sum")
    largest = max((part.value or 0 for part in named if part.combine != "sum"), default=0)
    value = max(added, largest, floor or 0)
    return Entitlement(value, unit, how, enforce)
