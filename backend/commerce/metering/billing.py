"""The number of a period, and why it is that one. Pure: what it says depends on what it is given.

Gaps: an hour that nobody saw is no zero. It is left out of peak, p95, sustained, last, sum and
unique. An average is over the hours of the whole period, so there it needs a value: that of the
lower of its two neighbours, and nothing where there is none on one side (the meter did not run yet,
or not any more). All of it is told with the coverage.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from backend.commerce.metering.aggregation import Aggregation, Rule
from backend.commerce.metering.days import Day, rolled
from backend.commerce.metering.hour import HOUR, Hour
from backend.commerce.metering.span import Span, hours_within

__all__ = ["Billed", "Coverage", "Peak", "Used", "bill", "free_days"]

_P95: Final = Fraction(95, 100)


@dataclass(frozen=True, slots=True)
class Coverage:
    """`covered` of `expected` seconds are known; `missing` hours were not seen at all, `partial`
    ones not to their end."""

    covered: int
    expected: int
    missing: int
    partial: int

    @property
    def share(self) -> Fraction:
        """1 where everything is known."""
        return Fraction(self.covered, self.expected) if self.expected else Fraction(1)


@dataclass(frozen=True, slots=True)
class Peak:
    """A value, and the hour and day it is from."""

    value: int
    hour: int
    day: date


@dataclass(frozen=True, slots=True)
class Billed:
    """`value` is None where nothing of the period is known. `source` is where it is from, `higher`
    are those above it that are not billed, the highest first: of days when the rule is sustained,
    of hours for p95. `filled` hours of an average nobody saw; it was divided by `divisor`."""

    aggregation: Aggregation
    value: Fraction | None
    coverage: Coverage
    source: Peak | None = None
    higher: tuple[Peak, ...] = ()
    filled: int = 0
    divisor: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """What a period is billed by: its hours by their start (one before and one after it may be
    among them, for an average), up to `now` where it is not over, and for `unique` the ids of each
    day. A `whole` period in days, where the span is only a part of it."""

    span: Span
    hours: Mapping[int, Hour]
    now: int | None = None
    whole: int | None = None
    ids: Mapping[date, Collection[str]] | None = None

    @property
    def end(self) -> int:
        """Until when there can be hours."""
        return self.span.end if self.now is None else min(self.span.end, self.now)

    @property
    def starts(self) -> range:
        """When those hours begin that ended by now."""
        last = self.end if self.end == self.span.end else self.end - HOUR + 1
        return hours_within(self.span.start, last)

    @property
    def days(self) -> list[Day]:
        """Its days of which something is known."""
        return rolled(self.span.days, self.hours)


def bill(used: Used, aggregation: Aggregation) -> Billed:
    """The number, and why."""
    return _RULES[aggregation.rule](used, aggregation)


def free_days(free: int, length: int, whole: int | None) -> int:
    """How many of the highest days are free in a period of `length` days that is a part of one of
    `whole`: as large a part, rounded down."""
    return free if whole is None else free * length // whole


def coverage(used: Used) -> Coverage:
    """How much of the period is known."""
    starts = used.starts
    known = [used.hours[start] for start in starts if start in used.hours]
    return Coverage(
        covered=sum(hour.covered for hour in known),
        expected=len(starts) * HOUR,
        missing=len(starts) - len(known),
        partial=sum(not hour.whole for hour in known),
    )


def _known(used: Used) -> list[Hour]:
    return [used.hours[start] for start in used.starts if start in used.hours]


def _peaks(used: Used) -> list[Peak]:
    """Of every hour, the highest first; of equal ones the earliest."""
    days = {start: day.date for day in used.span.days for start in day.hours}
    return sorted(
        (Peak(hour.high, hour.start, days[hour.start]) for hour in _known(used)),
        key=lambda peak: (-peak.value, peak.hour),
    )


def _from(used: Used, aggregation: Aggregation, peaks: Sequence[Peak], at: int) -> Billed:
    """The value of one of `peaks`; those before it are higher, or as high and earlier."""
    if not peaks:
        return Billed(aggregation, None, coverage(used))
    one = peaks[at]
    return Billed(
        aggregation, Fraction(one.value), coverage(used), source=one, higher=tuple(peaks[:at])
    )


def _peak(used: Used, aggregation: Aggregation) -> Billed:
    return _from(used, aggregation, _peaks(used), 0)


def _p95(used: Used, aggregation: Aggregation) -> Billed:
    """Nearest rank: the smallest of the values that at least 95 % of them do not exceed."""
    peaks = _peaks(used)
    rank = -(-_P95.numerator * len(peaks) // _P95.denominator)
    return _from(used, aggregation, peaks, len(peaks) - rank)


def _sustained(used: Used, aggregation: Aggregation) -> Billed:
    """The highest day after those that are free. Where fewer days are known than would be free,
    the lowest that is known: days that nobody saw make nothing free."""
    peaks = sorted(
        (Peak(day.high, day.peak, day.date) for day in used.days),
        key=lambda peak: (-peak.value, peak.hour),
    )
    free = free_days(aggregation.free, used.span.length, used.whole)
    return _from(used, aggregation, peaks, min(free, len(peaks) - 1))


def _last(used: Used, aggregation: Aggregation) -> Billed:
    known = _known(used)
    if not known:
        return Billed(aggregation, None, coverage(used))
    last = known[-1]
    day = next(day.date for day in used.span.days if last.start in day.hours)
    source = Peak(last.last, last.start, day)
    return Billed(aggregation, Fraction(last.last), coverage(used), source=source)


def _sum(used: Used, aggregation: Aggregation) -> Billed:
    """Unit-hours that were seen."""
    known = _known(used)
    value = Fraction(sum(hour.area for hour in known), HOUR) if known else None
    return Billed(aggregation, value, coverage(used))


def _average(used: Used, aggregation: Aggregation) -> Billed:
    """Unit-hours divided by the hours of the whole period, as long as that is in its zone."""
    starts, told = used.starts, coverage(used)
    if not starts or told.missing == len(starts):
        return Billed(aggregation, None, told)
    divisor = Fraction(used.end - used.span.start, HOUR)
    if used.end != used.span.end:
        divisor = Fraction(len(starts))
    area = sum(_with_neighbours(used))
    return Billed(
        aggregation, Fraction(area, HOUR) / divisor, told, filled=told.missing, divisor=divisor
    )


def _with_neighbours(used: Used) -> list[int]:
    """The unit-seconds of each hour; of one nobody saw, those of its lower neighbour."""
    starts = used.starts
    ahead = used.hours.get(starts[0] - HOUR)
    after = used.hours.get(starts[-1] + HOUR)
    seen = [hour.filled if (hour := used.hours.get(start)) else None for start in starts]
    left = _carried(seen, ahead.filled if ahead else 0)
    right = _carried(seen[::-1], after.filled if after else 0)[::-1]
    return [min(pair) for pair in zip(left, right, strict=True)]


def _carried(seen: Sequence[int | None], before: int) -> list[int]:
    found, last = [], before
    for value in seen:
        last = last if value is None else value
        found.append(last)
    return found


def _unique(used: Used, aggregation: Aggregation) -> Billed:
    """Different ids over the whole period: who came on two days counts once."""
    if used.ids is None:
        return Billed(aggregation, None, coverage(used))
    days = [day.date for day in used.span.days]
    ids = {one for day in days for one in used.ids.get(day, ())}
    return Billed(aggregation, Fraction(len(ids)), coverage(used))


_RULES: Final[Mapping[Rule, Callable[[Used, Aggregation], Billed]]] = {
    Rule.PEAK: _peak,
    Rule.P95: _p95,
    Rule.AVERAGE: _average,
    Rule.SUSTAINED: _sustained,
    Rule.LAST: _last,
    Rule.SUM: _sum,
    Rule.UNIQUE: _unique,
}
