"""What the routes of usage answer. Times are Unix seconds; numbers that may be no whole ones are
decimal texts, of six digits at most behind the point."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from backend.commerce.metering.aggregation import Rule
from backend.commerce.metering.freezing import Late

__all__ = [
    "CoverageView",
    "FrozenUsageView",
    "MeterList",
    "MeterView",
    "MeteredDayView",
    "MeteredHourView",
    "MeteredHours",
    "MeteredUsage",
    "PeakView",
    "WhyView",
]


class _Told(BaseModel):
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class MeterView(_Told):
    """Something that is metered: `unit` is one of it, `aggregation` how it is billed unless a plan
    says otherwise, `clusters` those it was metered of. `last` is when its newest hour begins, or
    the day, null when there was none in two months."""

    name: str
    title: str
    unit: str
    means: str
    aggregation: str
    clusters: list[str]
    last: int | None


class MeterList(_Told):
    """All meters. `zone` is the account's; `first` is when the oldest hour begins that is kept,
    null while there is none, and `next` when the hour ends that runs now."""

    items: list[MeterView]
    zone: str
    first: int | None
    next: int


class CoverageView(_Told):
    """`covered` of `expected` seconds are known; `missing` hours were not seen at all, `partial`
    ones not to their end."""

    covered: int
    expected: int
    missing: int
    partial: int


class PeakView(_Told):
    """A value, and the hour and day it is from."""

    value: int
    hour: int
    day: date


class WhyView(_Told):
    """Why the number is that one: by which `rule`, from which hour, and the highest of those above
    it that are `free` (`free_count` of them, days for sustained and hours for p95). An average was
    divided by `divisor` hours, of which `filled` were not seen and have their lower neighbour's."""

    rule: Rule
    source: PeakView | None
    free: list[PeakView]
    free_count: int
    filled: int
    divisor: str | None


class MeteredDayView(_Told):
    """A day in the account's zone; `peak` is the hour in which `high` was first reached."""

    day: date
    start: int
    end: int
    low: int
    high: int
    peak: int
    average: str
    covered: int
    expected: int


class FrozenUsageView(_Told):
    """The period as it was billed, by hours stored before `stored_lt`, with a digest (SHA-256) of
    them; what hours that came later change, and what becomes of it (null where the hours are not
    kept any more)."""

    value: str
    stored_lt: int
    digest: str
    late: Late | None
    difference: str | None


class MeteredUsage(_Told):
    """A period of a meter: `value` is what is billed, null where nothing is known of it. While it
    is `running` that is what there is so far. `cluster` is empty for everything."""

    meter: str
    unit: str
    cluster: str
    zone: str
    first: date
    until: date
    start: int
    end: int
    running: bool
    aggregation: str
    value: str | None
    why: WhyView
    coverage: CoverageView
    days: list[MeteredDayView]
    frozen: FrozenUsageView | None


class MeteredHourView(_Told):
    """An hour of UTC that begins at `start`, by `samples` readings over `covered` seconds of it;
    written down at `stored`."""

    start: int
    low: int
    high: int
    average: str
    samples: int
    covered: int
    stored: int


class MeteredHours(_Told):
    """The hours of a day that are known."""

    meter: str
    unit: str
    cluster: str
    zone: str
    day: date
    start: int
    end: int
    items: list[MeteredHourView]
