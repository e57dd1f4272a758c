"""One hour of one meter: what its readings came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["HOUR", "Hour", "hour_of"]

HOUR: Final = 3600
"""Seconds. Hours are UTC's: they begin at multiples of it."""


@dataclass(frozen=True, slots=True)
class Hour:
    """The hour that begins at `start` (Unix seconds). `low`, `high` and `last` are values that were
    read; `area` is the sum of value times seconds over the `covered` seconds, `samples` the number
    of readings. `stored` says when it was written down: 0 when it was not yet."""

    start: int
    low: int
    high: int
    last: int
    area: int
    samples: int
    covered: int
    stored: int = 0

    @property
    def whole(self) -> bool:
        """Every second of it is known."""
        return self.covered >= HOUR

    @property
    def filled(self) -> int:
        """Value times seconds of the whole hour: where nothing was read, its lowest value."""
        return self.area + self.low * (HOUR - self.covered)


def hour_of(at: int) -> int:
    """When the hour began in which `at` lies."""
    return at - at % HOUR
