"""The states a licence, and with it the console, can be in (licensing reference, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.commerce.licence.dates import begins, ends, grace_ends, notices
from backend.commerce.licence.document import Licence

__all__ = ["ELSEWHERE_DAYS", "GOOD", "ORDER", "Facts", "Phase", "State", "phase"]

_DAY: Final = 86_400.0
ELSEWHERE_DAYS: Final = 30
"""Days of grace for a licence that is bound to another place."""


class State(StrEnum):
    """What the console is in."""

    VALID = "VALID"
    EXPIRING = "EXPIRING"
    GRACE = "GRACE"
    DEGRADED = "DEGRADED"
    COMMUNITY = "COMMUNITY"


class Phase(StrEnum):
    """What one document is in. `SCHEDULED` has not begun; `REPLACED` is superseded; `OVER` is a
    trial that ended."""

    SCHEDULED = "SCHEDULED"
    VALID = "VALID"
    EXPIRING = "EXPIRING"
    GRACE = "GRACE"
    DEGRADED = "DEGRADED"
    OVER = "OVER"
    REPLACED = "REPLACED"


ORDER: Final[Mapping[Phase, int]] = {
    each: place
    for place, each in enumerate(
        (Phase.VALID, Phase.EXPIRING, Phase.GRACE, Phase.DEGRADED, Phase.OVER)
    )
}
"""From best to worst; time moves a document only to the right."""
GOOD: Final = frozenset({Phase.VALID, Phase.EXPIRING, Phase.GRACE})
"""While it is in one of these a document entitles to what it names."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a document beside what it says: since when (Unix seconds) a list revokes
    it, since when it has been bound to another place than this (None: neither), and the id of the
    one that replaced it."""

    revoked: float | None = None
    elsewhere: float | None = None
    by: str = ""


def phase(licence: Licence, now: float, facts: Facts) -> Phase:
    """What `licence` is in at `now`, by its dates and by what is known of it."""
    if now < begins(licence):
        return Phase.SCHEDULED
    found = _dated(licence, now)
    if facts.revoked is not None:
        found = _worse(found, _in_grace(licence, now, facts.revoked, licence.grace))
    if facts.elsewhere is not None:
        found = _worse(found, _in_grace(licence, now, facts.elsewhere, ELSEWHERE_DAYS))
    return found


def _dated(licence: Licence, now: float) -> Phase:
    if now >= grace_ends(licence):
        return _after(licence)
    if now >= ends(licence):
        return Phase.GRACE
    told = notices(licence)
    return Phase.EXPIRING if told and now >= told[0] else Phase.VALID


def _in_grace(licence: Licence, now: float, since: float, days: int) -> Phase:
    return _after(licence) if now >= since + days * _DAY else Phase.GRACE


def _after(licence: Licence) -> Phase:
    return Phase.OVER if licence.trial else Phase.DEGRADED


def _worse(one: Phase, other: Phase) -> Phase:
    return max(one, other, key=lambda each: ORDER[each])
