"""Periods that are paid for: local calendar days, counted from the day a subscription began.

Each period is reckoned from that first day and never from the one before, so that what began on the
31st is due on the last day of a short month and on the 31st again after it (getlago/lago-api#6173).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

__all__ = ["MONTHS", "Interval", "Period", "day_after", "period_of"]


class Interval(StrEnum):
    """How often it is paid."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS: Final[dict[Interval, int]] = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to the one before `after`."""

    first: date
    after: date

    @property
    def days(self) -> int:
        """How many it has: the divisor of every share of it (getlago/lago-api#6194)."""
        return (self.after - self.first).days

    def left(self, on: date) -> int:
        """Its days from the start of a day of it on, that day among them."""
        return (self.after - on).days

    def share(self, on: date) -> Fraction:
        """What part of it is left at the start of a day of it."""
        return Fraction(self.left(on), self.days)


def day_after(began: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that has no such day."""
    year, month = divmod(began.year * 12 + began.month - 1 + months, 12)
    return date(year, month + 1, min(began.day, monthrange(year, month + 1)[1]))


def period_of(began: date, interval: Interval, on: date) -> Period:
    """The period a day is in, of what began on a day not after it."""
    if on < began:
        raise ValueError(f"{on} is before {began}, when it began")
    every = MONTHS[interval]
    count = ((on.year - began.year) * 12 + on.month - began.month) // every
    if day_after(began, count * every) > on:
        count -= 1
    return Period(day_after(began, count * every), day_after(began, (count + 1) * every))
