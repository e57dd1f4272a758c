"""What follows when hours are written down: days that are over, periods to be frozen, and hours
that are old enough to be forgotten. All in the transaction that wrote the hours.

A clock alone neither freezes nor forgets anything: a month is over when days after it were metered,
and hours are old when as many days were metered since. So one that is set to 2099 and back costs
nothing (issue 12).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.commerce.metering import stored
from backend.commerce.metering.aggregation import Aggregation
from backend.commerce.metering.billing import Used
from backend.commerce.metering.days import rolled
from backend.commerce.metering.freezing import REVIEW, freeze
from backend.commerce.metering.hour import HOUR
from backend.commerce.metering.meters import METERED, WHOLE
from backend.commerce.metering.span import LocalDay, Span, day_in, midnight, month

__all__ = ["KEPT", "roll"]

_DAY: Final = 86_400
KEPT: Final = 400 * _DAY
"""Seconds for which hours are kept: thirteen months, and a little."""
_KEPT_DAYS: Final = KEPT // _DAY
_LIVED: Final = 2
"""Days after a month that were metered: less than its days of review."""
_BACK: Final = timedelta(days=62)
"""How far back days are looked for that were not written down when they ended."""


async def roll(db: AsyncSession, zone: str, now: int, written: Iterable[int]) -> None:
    """Write the days down that ended and that are not yet, and those of hours that were `written`
    late; once a day also what is due once a day."""
    today = day_in(now, zone)
    last = await stored.last_day(db, zone, today)
    missed = Span(max(last or date.min, today - _BACK), today + timedelta(days=1), zone)
    new = [day for day in missed.days if day.date != last and _over(day, now)]
    old = {day_in(start, zone) for start in written}
    late = [_day(one, zone) for one in old if last is not None and one <= last]
    for day in sorted({*new, *late}, key=lambda one: one.start):
        hours = await stored.hours_of_all(db, day.start, day.end)
        days = {key: rolled([day], known) for key, known in hours.items()}
        await stored.write_days(db, zone, days)
    if new:
        seen = await _seen(db, zone, today)
        await _freeze(db, zone, now, seen)
        if len(seen) > _KEPT_DAYS:
            oldest = midnight(seen[_KEPT_DAYS], zone)
            await stored.forget_hours(db, min(oldest, now - KEPT))


def _day(day: date, zone: str) -> LocalDay:
    return Span(day, day + timedelta(days=1), zone).days[0]


def _over(day: LocalDay, now: int) -> bool:
    """Whether its last hour has ended, which may be after its midnight."""
    return bool(day.hours) and day.hours[-1] + HOUR <= now


async def _seen(db: AsyncSession, zone: str, today: date) -> Sequence[date]:
    """The days of which any meter knows something, the newest first, as many as are of use."""
    each = [await stored.days_seen(db, zone, meter, today, _KEPT_DAYS + 1) for meter in METERED]
    return max(each, key=len)


async def _freeze(db: AsyncSession, zone: str, now: int, seen: Sequence[date]) -> None:
    """The two months before this one, as soon as their days of review are over."""
    last = month(day_in(now, zone).replace(day=1) - timedelta(days=1), zone)
    before = month(last.first - timedelta(days=1), zone)
    for span in (before, last):
        lived = sum(day >= span.until for day in seen) >= _LIVED
        if span.end + REVIEW > now or not lived:
            continue
        for name, one in METERED.items():
            await _freeze_one(db, (name, WHOLE), span, Aggregation.of(one.aggregation), now)


async def _freeze_one(
    db: AsyncSession, key: stored.Key, span: Span, aggregation: Aggregation, now: int
) -> None:
    known = await stored.frozen_of(db, key, span)
    if any(one.aggregation == aggregation for one in known):
        return
    hours = await stored.hours_of_one(db, key, span.start - HOUR, span.end + HOUR)
    frozen = freeze(*key, Used(span, hours), aggregation, now + 1)
    if frozen is not None:
        await stored.write_period(db, frozen)
