"""Hours as a file: CSV (RFC 4180), times in UTC."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

from backend.commerce.licence.meters import Meter
from backend.commerce.metering.hour import Hour
from backend.features.metering.views import digits

__all__ = ["csv_of"]

_HEADER: Final = (
    "hour", "meter", "unit", "cluster", "low", "high", "average", "samples", "covered_seconds",
)  # fmt: skip


def csv_of(meter: Meter, cluster: str, hours: Iterable[Hour]) -> str:
    """A header and one line an hour. A cluster's name that a spreadsheet would run as a formula
    gets a leading apostrophe."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(_HEADER)
    name = f"'{cluster}" if cluster[:1] in {"-", "=", "+", "@"} else cluster
    for hour in hours:
        begins = datetime.fromtimestamp(hour.start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        average = digits(Fraction(hour.area, hour.covered))
        lines.writerow(
            [
                begins,
                meter.name,
                meter.unit,
                name,
                hour.low,
                hour.high,
                average,
                hour.samples,
                hour.covered,
            ]
        )
    return text.getvalue()
