"""What time it is for licences: a wall clock that is watched by a high-water mark.

A clock that is set back gains nobody a longer licence, and one that is set to 2099 for an hour ends
none for ever: the mark follows a leap when a second clock agrees, or, where there is none, when the
console has run on with that clock for a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["AGREES", "BEHIND", "LEAP", "STOOD", "Clock", "Leap", "Trust", "observe"]

BEHIND: Final = 3600.0
LEAP: Final = 86_400.0
AGREES: Final = 3600.0
"""Seconds by which a second clock may differ and still agree."""
STOOD: Final = 86_400.0
"""Seconds the console has to run after a leap before it is believed without a second clock."""


class Trust(StrEnum):
    """What is to be thought of the wall clock."""

    GOOD = "good"
    SUSPECT = "suspect"
    """It is behind the mark by more than an hour."""
    UNCONFIRMED = "unconfirmed"
    """It leapt ahead by more than a day, and no second clock agrees."""


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` counts for licences; `mark` is the new high-water mark (Unix seconds)."""

    now: float
    wall: float
    mark: float
    trust: Trust


def observe(wall: float, mark: float | None, second: float | None = None) -> Clock:
    """Look at the wall clock. `second` is another system's, None when nobody could be asked.
    The first look of all begins the mark, unless a second clock contradicts."""
    if mark is None:
        if second is None or _agree(wall, second):
            return Clock(wall, wall, wall, Trust.GOOD)
        return Clock(wall, wall, min(wall, second), Trust.UNCONFIRMED)
    if wall < mark - BEHIND:
        return Clock(mark, wall, mark, Trust.SUSPECT)
    if wall > mark + LEAP and (second is None or not _agree(wall, second)):
        return Clock(wall, wall, mark, Trust.UNCONFIRMED)
    return Clock(max(wall, mark), wall, max(wall, mark), Trust.GOOD)


def _agree(wall: float, second: float) -> bool:
    return abs(wall - second) <= AGREES


@dataclass(frozen=True, slots=True)
class Leap:
    """A leap that nobody confirms: the wall clock as it was seen first, and the console's running
    time then, which nobody sets."""

    wall: float
    running: float

    def stands(self, wall: float, running: float) -> bool:
        """Whether the wall clock has gone on since as time does."""
        return _agree(wall, self.wall + running - self.running)

    def stood(self, running: float) -> bool:
        """Whether that was for long enough to believe it."""
        return running - self.running >= STOOD
