"""Reads a period of a meter and says what is billed of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.commerce.metering import stored
from backend.commerce.metering.aggregation import Aggregation, Rule
from backend.commerce.metering.billing import Billed, Used, bill
from backend.commerce.metering.days import Day, rolled
from backend.commerce.metering.freezing import Correction, Frozen, correction
from backend.commerce.metering.hour import HOUR, Hour
from backend.commerce.metering.meters import METERED, Metered
from backend.commerce.metering.rolling import KEPT
from backend.commerce.metering.span import Span, day_in, month
from backend.errors import FieldError, NotFoundProblem, Unprocessable
from backend.http.guard import no_such

__all__ = ["LONGEST", "Period", "aggregation_of", "day_of", "meter_of", "read_period", "span_of"]

LONGEST: Final = 400
"""Days of a period, at most."""
_EARLIEST: Final = date(2000, 1, 1)
_LATEST: Final = date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """A period as it is now, and as it was billed when it was frozen."""

    span: Span
    billed: Billed
    days: list[Day]
    frozen: Frozen | None
    late: Correction | None
    running: bool


def meter_of(name: str) -> Metered:
    """The meter; raises `NotFoundProblem`."""
    found = METERED.get(name)
    if found is None:
        raise NotFoundProblem(no_such("meter"))
    return found


def aggregation_of(text: str, meter: Metered) -> Aggregation:
    """What is asked for, or the meter's own; raises `Unprocessable`."""
    try:
        found = Aggregation.of(text or meter.aggregation)
    except ValueError as error:
        raise _wrong("aggregation", str(error)) from error
    if found.rule is Rule.UNIQUE:
        raise _wrong("aggregation", "Of this meter no ids are kept that unique could count.")
    return found


def span_of(first: date | None, until: date | None, zone: str, now: int) -> Span:
    """The days asked for, or this month; raises `Unprocessable` for what is no period."""
    this = month(day_in(now, zone), zone)
    if until is not None and not _EARLIEST < until <= _LATEST:
        raise _wrong("until", f"Give a day between {_EARLIEST} and {_LATEST}.")
    begin = first or (this.first if until is None else until - timedelta(days=1))
    if not _EARLIEST <= begin < _LATEST:
        raise _wrong("first", f"Give a day between {_EARLIEST} and {_LATEST}.")
    end = until or month(begin, zone).until
    if not timedelta(0) < end - begin <= timedelta(days=LONGEST):
        raise _wrong(
            "until", f"Give a day after the first one, and at most {LONGEST} days after it."
        )
    return Span(begin, end, zone)


def day_of(day: date, zone: str) -> Span:
    """One day; raises `Unprocessable` for one that nothing can be metered of."""
    if not _EARLIEST <= day < _LATEST:
        raise _wrong("day", f"Give a day between {_EARLIEST} and {_LATEST}.")
    return Span(day, day + timedelta(days=1), zone)


async def read_period(
    db: AsyncSession, key: stored.Key, span: Span, aggregation: Aggregation, now: int
) -> Period:
    """What is billed of a period, and why. Its days are there for ever, its hours for thirteen
    months: after that what was frozen is all there is."""
    hours = await stored.hours_of_one(db, key, span.start - HOUR, span.end + HOUR)
    running = now < span.end
    used = Used(span, hours, now if running else None)
    frozen = next(
        (one for one in await stored.frozen_of(db, key, span) if one.aggregation == aggregation),
        None,
    )
    whole = span.start >= now - KEPT
    return Period(
        span,
        bill(used, aggregation),
        await _days(db, key, span, hours),
        frozen,
        correction(frozen, used, now) if frozen and whole else None,
        running,
    )


async def _days(db: AsyncSession, key: stored.Key, span: Span, hours: dict[int, Hour]) -> list[Day]:
    """Those that are written down, and those that are not yet: today, and what came just now."""
    known = {day.date: day for day in await stored.days_of(db, key, span)}
    now = {day.date: day for day in rolled(span.days, hours)}
    return [day for _, day in sorted((known | now).items())]


def _wrong(field: str, message: str) -> Unprocessable:
    wrong: FieldError = {"field": field, "message": message}
    return Unprocessable(message, errors=[wrong])
