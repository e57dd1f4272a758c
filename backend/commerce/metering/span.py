"""Periods of an account: half-open, cut at the midnights of its zone, counted in UTC.

An hour belongs where it starts, so that every hour lies in exactly one period and one day, also in
a zone whose midnight is at half past an hour of UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from backend.commerce.metering.hour import HOUR

__all__ = ["LocalDay", "Span", "day_in", "hours_within", "midnight", "month", "span"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day of the zone, from `start` until before `end` (Unix seconds)."""

    date: date
    start: int
    end: int

    @property
    def hours(self) -> range:
        """When its hours begin."""
        return hours_within(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` until before `until`, in `zone`."""

    first: date
    until: date
    zone: str

    @property
    def start(self) -> int:
        """When it begins (Unix seconds)."""
        return midnight(self.first, self.zone)

    @property
    def end(self) -> int:
        """When it is over: the next one's start."""
        return midnight(self.until, self.zone)

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.until - self.first).days

    @property
    def days(self) -> list[LocalDay]:
        """Its days, in order; they tile it."""
        dates = [self.first + _DAY * at for at in range(self.length + 1)]
        cuts = [midnight(one, self.zone) for one in dates]
        return [
            LocalDay(one, start, end)
            for one, start, end in zip(dates, cuts, cuts[1:], strict=False)
        ]

    @property
    def long(self) -> Fraction:
        """Its length in hours: those that clocks were moved by are in it."""
        return Fraction(self.end - self.start, HOUR)


def span(first: date, until: date, zone: str) -> Span:
    """The period; raises ValueError for one that has no day."""
    if until <= first:
        raise ValueError("A period ends after it begins.")
    return Span(first, until, zone)


def month(day: date, zone: str) -> Span:
    """The month in which a day lies."""
    first = day.replace(day=1)
    return Span(first, (first + 31 * _DAY).replace(day=1), zone)


def midnight(day: date, zone: str) -> int:
    """When the day begins there. Where clocks skip midnight it is the moment they are moved."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(local.timestamp())


def day_in(at: int, zone: str) -> date:
    """Which day it is there."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).date()


def hours_within(start: int, end: int) -> range:
    """When the hours begin that belong to a stretch of time."""
    return range(-(-start // HOUR) * HOUR, end, HOUR)
