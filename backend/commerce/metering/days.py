"""Days: what the hours of each came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from backend.commerce.metering.hour import HOUR, Hour
from backend.commerce.metering.span import LocalDay

__all__ = ["Day", "by_start", "rolled"]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the account's zone. `high` is its peak, which was first reached in the hour that
    begins at `peak`; `covered` of `expected` seconds are known, in `hours` hours."""

    date: date
    start: int
    end: int
    low: int
    high: int
    peak: int
    last: int
    area: int
    covered: int
    expected: int
    hours: int


def by_start(hours: Iterable[Hour]) -> dict[int, Hour]:
    """Each hour once, by its start. Of two that tell of the same one the better covered counts,
    then the higher: in whatever order they are told, and however often."""
    best: dict[int, Hour] = {}
    for hour in hours:
        known = best.get(hour.start)
        if known is None or _worth(hour) > _worth(known):
            best[hour.start] = hour
    return best


def _worth(hour: Hour) -> tuple[int, ...]:
    return (hour.covered, hour.high, hour.area, hour.low, hour.last, hour.samples, -hour.stored)


def rolled(days: Sequence[LocalDay], hours: Mapping[int, Hour]) -> list[Day]:
    """The days of which an hour is known."""
    found = []
    for day in days:
        known = [hours[start] for start in day.hours if start in hours]
        if known:
            found.append(_day(day, known))
    return found


def _day(day: LocalDay, hours: Sequence[Hour]) -> Day:
    top = max(hours, key=lambda hour: (hour.high, -hour.start))
    return Day(
        date=day.date,
        start=day.start,
        end=day.end,
        low=min(hour.low for hour in hours),
        high=top.high,
        peak=top.start,
        last=hours[-1].last,
        area=sum(hour.area for hour in hours),
        covered=sum(hour.covered for hour in hours),
        expected=len(day.hours) * HOUR,
        hours=len(hours),
    )
