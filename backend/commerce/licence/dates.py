"""The edges of a licence in time: its dates are days wherever on Earth its reader is.

A day begins first where clocks are 14 hours ahead of UTC, at 10:00Z the day before, and ends last
where they are 12 hours behind, at 12:00Z the day after. Nobody's licence starts late or ends early.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from backend.commerce.licence.document import Licence

__all__ = ["begins", "ends", "grace_ends", "notices"]

_AHEAD: Final = timedelta(hours=14)
_BEHIND: Final = timedelta(hours=12)
_DAY: Final = timedelta(days=1)


def begins(licence: Licence) -> float:
    """The first moment of `not_before` anywhere, Unix seconds: 10:00Z the day before."""
    return (_midnight(licence.not_before) - _AHEAD).timestamp()


def ends(licence: Licence) -> float:
    """The moment when `expires_on` is over everywhere: 12:00Z the day after."""
    return (_midnight(licence.expires_on) + _DAY + _BEHIND).timestamp()


def grace_ends(licence: Licence) -> float:
    """When grace is over; for a trial when it ends."""
    return ends(licence) + licence.grace * _DAY.total_seconds()


def notices(licence: Licence) -> list[float]:
    """When its holder is told that it ends, first to last; none before it begins."""
    end, start = ends(licence), begins(licence)
    found = (end - days * _DAY.total_seconds() for days in set(licence.notify_days))
    return sorted(moment for moment in found if moment > start)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
