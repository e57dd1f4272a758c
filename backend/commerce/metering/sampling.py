"""Readings become hours: a reading holds until the next one, but not for ever.

What is read is a level (so many servers now). When nothing is read for longer than a reading holds,
the time after that is unknown: it is covered by nothing, and never counted as zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from backend.commerce.metering.hour import HOUR, Hour, hour_of

__all__ = ["HOLDS", "Gauge", "hours_of"]

HOLDS: Final = 300
"""Seconds for which a reading holds when no other follows."""
_STEP: Final = 60
"""Seconds a clock may be set back without anything being given up."""


class Gauge:
    """The open hour of one meter and subject. Give it readings in the order of time."""

    def __init__(self, holds: int = HOLDS) -> None:
        self._holds = holds
        self._now: int | None = None
        self._value: int | None = None
        self._until = 0
        self._open: Hour | None = None

    def read(self, at: int, value: int | None) -> list[Hour]:
        """Take a reading, None where it cannot be told; gives the hours that ended since the last.
        When the clock was set back by more than a minute the open hour is given up: what it had
        covered, and when, is not certain any more."""
        if self._now is not None and at < self._now:
            if self._now - at > _STEP:
                self._value, self._open = None, None
            else:
                at = self._now
        ended = self._advance(at)
        self._now, self._value = at, value
        if value is not None:
            self._until = at + self._holds
            self._begin(at, value, ended)
        return ended

    def close(self, at: int) -> list[Hour]:
        """The hours up to `at`, the last one as far as it has come; nothing is held any more."""
        ended = self.read(at, None)
        self._end(ended)
        return ended

    def _advance(self, at: int) -> list[Hour]:
        ended: list[Hour] = []
        if self._value is not None and self._now is not None:
            position, until = self._now, min(at, self._until)
            while position < until:
                stop = min(until, hour_of(position) + HOUR)
                self._cover(position, stop - position, self._value, ended)
                position = stop
        if self._open is not None and at >= self._open.start + HOUR:
            self._end(ended)
        return ended

    def _begin(self, at: int, value: int, ended: list[Hour]) -> None:
        """A reading counts in its hour, also when another follows within the same second."""
        hour = self._in(hour_of(at), value, ended)
        self._open = replace(hour, samples=hour.samples + 1)

    def _cover(self, at: int, seconds: int, value: int, ended: list[Hour]) -> None:
        hour = self._in(hour_of(at), value, ended)
        self._open = replace(hour, area=hour.area + value * seconds, covered=hour.covered + seconds)

    def _in(self, start: int, value: int, ended: list[Hour]) -> Hour:
        if self._open is not None and self._open.start != start:
            self._end(ended)
        if self._open is None:
            return Hour(start, value, value, value, 0, 0, 0)
        low, high = min(self._open.low, value), max(self._open.high, value)
        return replace(self._open, low=low, high=high, last=value)

    def _end(self, ended: list[Hour]) -> None:
        if self._open is not None and self._open.covered:
            ended.append(self._open)
        self._open = None


def hours_of(
    readings: Iterable[tuple[int, int | None]], until: int, holds: int = HOLDS
) -> list[Hour]:
    """The hours of readings (when, how many) up to `until`. Their order does not matter, and one
    that is told twice counts once; of two different ones of the same second the higher counts."""
    told: dict[int, int | None] = {}
    for at, value in readings:
        known = told.get(at)
        told[at] = known if value is None else value if known is None else max(known, value)
    gauge, hours = Gauge(holds), list[Hour]()
    for at in sorted(told):
        hours += gauge.read(at, told[at])
    return hours + gauge.close(max(until, *told) if told else until)
