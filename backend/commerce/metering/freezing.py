"""A period as it was billed, for ever; and what became known too late for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from backend.commerce.metering.aggregation import Aggregation
from backend.commerce.metering.billing import Billed, Used, bill
from backend.commerce.metering.hour import Hour

__all__ = ["CORRECTED", "REVIEW", "Correction", "Frozen", "Late", "correction", "freeze", "upto"]

_DAY: Final = 86_400
REVIEW: Final = 3 * _DAY
"""Seconds after a period's end in which late hours still join it."""
CORRECTED: Final = 35 * _DAY
"""Seconds after it is frozen in which late hours become a line of the next invoice; later ones are
a person's to credit."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was billed: of hours that begin before `event_lt` and were stored before `stored_lt`.
    `digest` is of the hours and all that is said here (SHA-256)."""

    meter: str
    subject: str
    aggregation: Aggregation
    first: date
    until: date
    zone: str
    event_lt: int
    stored_lt: int
    value: Fraction
    covered: int
    expected: int
    digest: str


class Late(StrEnum):
    """What is done about hours that came too late."""

    NOTHING = "nothing"
    NEXT_INVOICE = "next-invoice"
    CREDIT_NOTE = "credit-note"


@dataclass(frozen=True, slots=True)
class Correction:
    """`difference` is what would be billed now less what was; `way` is what becomes of it."""

    way: Late
    difference: Fraction


def upto(hours: Mapping[int, Hour], stored_lt: int) -> dict[int, Hour]:
    """The hours that were stored by then."""
    return {start: hour for start, hour in hours.items() if hour.stored < stored_lt}


def freeze(
    meter: str, subject: str, used: Used, aggregation: Aggregation, stored_lt: int
) -> Frozen | None:
    """The period as it is billed by what was stored before `stored_lt`; None where that is
    nothing. The same hours give the same digest, whoever asks, whenever."""
    known = Used(used.span, upto(used.hours, stored_lt), None, used.whole, used.ids)
    billed = bill(known, aggregation)
    if billed.value is None:
        return None
    return Frozen(
        meter,
        subject,
        aggregation,
        known.span.first,
        known.span.until,
        known.span.zone,
        known.span.end,
        stored_lt,
        billed.value,
        billed.coverage.covered,
        billed.coverage.expected,
        _digest(meter, subject, known, billed, stored_lt),
    )


def correction(frozen: Frozen, used: Used, now: int) -> Correction:
    """What late hours change of a period that was frozen."""
    billed = bill(Used(used.span, used.hours, None, used.whole, used.ids), frozen.aggregation)
    difference = (billed.value or Fraction(0)) - frozen.value
    if not difference:
        return Correction(Late.NOTHING, difference)
    late = now - frozen.stored_lt > CORRECTED
    return Correction(Late.CREDIT_NOTE if late else Late.NEXT_INVOICE, difference)


def _digest(meter: str, subject: str, used: Used, billed: Billed, stored_lt: int) -> str:
    hours = [
        [one.start, one.low, one.high, one.last, one.area, one.samples, one.covered]
        for start in used.starts
        if (one := used.hours.get(start))
    ]
    told = {
        "meter": meter,
        "subject": subject,
        "aggregation": str(billed.aggregation),
        "first": used.span.first.isoformat(),
        "until": used.span.until.isoformat(),
        "zone": used.span.zone,
        "stored_lt": stored_lt,
        "value": str(billed.value),
        "hours": hours,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
