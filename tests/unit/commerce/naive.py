"""Metering a second time, as simply as it can be written: second by second and hour by hour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from backend.commerce.metering.hour import HOUR, Hour

__all__ = ["naive_hours", "naive_value"]


def naive_hours(readings: Mapping[int, int | None], until: int, holds: int) -> list[Hour]:
    """What every second's value was, gathered by hours."""
    values: dict[int, list[int]] = {}
    counted: dict[int, int] = {}
    for second in range(min(readings, default=until), until):
        told = [at for at in readings if at <= second]
        value = readings[max(told)]
        if value is not None and second < max(told) + holds:
            values.setdefault(second // HOUR, []).append(value)
        if readings.get(second) is not None:
            counted[second // HOUR] = counted.get(second // HOUR, 0) + 1
    return [
        Hour(
            number * HOUR, min(known), max(known), known[-1], sum(known),
            counted.get(number, 0), len(known),
        )
        for number, known in sorted(values.items())
    ]  # fmt: skip


def naive_value(
    hours: Sequence[Hour], first: date, until: date, zone: str, aggregation: str
) -> Fraction | None:
    """What a period is billed by, when every hour belongs to the local day in which it begins."""
    there = ZoneInfo(zone)
    days: dict[date, list[Hour]] = {}
    for hour in hours:
        local = datetime.fromtimestamp(hour.start, UTC).astimezone(there).date()
        if first <= local < until:
            days.setdefault(local, []).append(hour)
    known = sorted((hour for day in days.values() for hour in day), key=lambda hour: hour.start)
    if not known:
        return None
    values = sorted(hour.high for hour in known)
    simple = {
        "peak": Fraction(values[-1]),
        "last": Fraction(known[-1].last),
        "sum": Fraction(sum(hour.area for hour in known), HOUR),
        "p95": Fraction(values[math.ceil(Fraction(95, 100) * len(values)) - 1]),
    }
    if aggregation in simple:
        return simple[aggregation]
    if aggregation == "average":
        return _average(hours, first, until, there)
    free = int(aggregation.removeprefix("sustained:"))
    peaks = sorted((max(hour.high for hour in day) for day in days.values()), reverse=True)
    return Fraction(peaks[free] if free < len(peaks) else peaks[-1])


def _average(hours: Sequence[Hour], first: date, until: date, there: ZoneInfo) -> Fraction:
    begin, end = (
        int(datetime(day.year, day.month, day.day, tzinfo=there).astimezone(UTC).timestamp())
        for day in (first, until)
    )
    seen = {hour.start: hour.area + hour.low * (HOUR - hour.covered) for hour in hours}
    inside = [start for start in range(begin // HOUR * HOUR, end, HOUR) if start >= begin]
    near = [inside[0] - HOUR, *inside, inside[-1] + HOUR]
    total = 0
    for start in inside:
        if start in seen:
            total += seen[start]
            continue
        left = [one for one in near if one < start and one in seen]
        right = [one for one in near if one > start and one in seen]
        total += min(seen[max(left)] if left else 0, seen[min(right)] if right else 0)
    return Fraction(total, HOUR) / Fraction(end - begin, HOUR)
