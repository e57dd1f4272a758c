"""Usage as the API tells it."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import Final

from backend.commerce.metering.billing import Billed, Peak
from backend.commerce.metering.days import Day
from backend.commerce.metering.freezing import Correction, Frozen
from backend.commerce.metering.hour import Hour
from backend.commerce.money import half_up
from backend.features.metering.schemas import (
    CoverageView,
    FrozenUsageView,
    MeteredDayView,
    MeteredHourView,
    PeakView,
    WhyView,
)

__all__ = ["coverage_view", "day_view", "digits", "frozen_view", "hour_view", "why_view"]

_FINE: Final = 6
_SHOWN: Final = 20
"""Free days and hours that are told by name, at most: an hour's p95 may have hundreds."""


def digits(value: Fraction) -> str:
    """A number as decimal digits: exact, or to six behind the point."""
    scaled = half_up(abs(value) * 10**_FINE)
    whole, part = divmod(scaled, 10**_FINE)
    text = f"{whole}.{part:0{_FINE}d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and scaled else text


def why_view(billed: Billed) -> WhyView:
    """Where the number is from."""
    return WhyView(
        rule=billed.aggregation.rule,
        source=_peak(billed.source) if billed.source else None,
        free=[_peak(one) for one in billed.higher[:_SHOWN]],
        free_count=len(billed.higher),
        filled=billed.filled,
        divisor=None if billed.divisor is None else digits(billed.divisor),
    )


def coverage_view(billed: Billed) -> CoverageView:
    """How much of the period is known."""
    return CoverageView(**asdict(billed.coverage))


def day_view(day: Day) -> MeteredDayView:
    """One day."""
    return MeteredDayView(
        day=day.date,
        start=day.start,
        end=day.end,
        low=day.low,
        high=day.high,
        peak=day.peak,
        average=digits(Fraction(day.area, day.covered)),
        covered=day.covered,
        expected=day.expected,
    )


def hour_view(hour: Hour) -> MeteredHourView:
    """One hour."""
    return MeteredHourView(
        start=hour.start,
        low=hour.low,
        high=hour.high,
        average=digits(Fraction(hour.area, hour.covered)),
        samples=hour.samples,
        covered=hour.covered,
        stored=hour.stored,
    )


def frozen_view(frozen: Frozen | None, late: Correction | None) -> FrozenUsageView | None:
    """As it was billed."""
    if frozen is None:
        return None
    return FrozenUsageView(
        value=digits(frozen.value),
        stored_lt=frozen.stored_lt,
        digest=frozen.digest,
        late=late.way if late else None,
        difference=digits(late.difference) if late else None,
    )


def _peak(peak: Peak) -> PeakView:
    return PeakView(value=peak.value, hour=peak.hour, day=peak.day)
