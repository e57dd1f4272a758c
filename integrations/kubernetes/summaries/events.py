"""When an event happened, how often and how bad it is: its API has four ways to say when."""

from __future__ import annotations

import time
from typing import Final, Literal, NamedTuple

from integrations.kubernetes.models.core import Event
from integrations.kubernetes.models.meta import seconds

__all__ = [
    "CLOCKS_DIFFER",
    "EventSeverity",
    "EventTimes",
    "event_count",
    "event_severity",
    "event_times",
    "impossible_time",
]


CLOCKS_DIFFER: Final = 300.0
"""Seconds by which a reporter's clock may be ahead before its times are not believed."""


EventSeverity = Literal["normal", "warning", "error", "unknown"]
"""How bad an event is; what its reporter calls otherwise is not judged."""
_SEVERITIES: Final[dict[str, EventSeverity]] = {"normal": "normal", "warning": "warning"}


class EventTimes(NamedTuple):
    """Unix seconds; 0 where the event has no time at all."""

    first: float
    last: float


def event_times(event: Event, now: float | None = None) -> EventTimes:
    """By whichever of the API's fields are set: old events have two timestamps, new ones a
    time and perhaps a series. Reporters write them by their own clocks: what cannot have been
    yet is passed over for the server's time, so that no event of 2031 stays on top as new."""
    latest = (time.time() if now is None else now) + CLOCKS_DIFFER
    series = seconds(event.series.last_observed_time) if event.series else None
    last = _first(
        latest,
        series,
        seconds(event.last_timestamp),
        seconds(event.event_time),
        seconds(event.first_timestamp),
        seconds(event.metadata.creation_timestamp),
    )
    first = _first(latest, seconds(event.first_timestamp), seconds(event.event_time), last)
    return EventTimes(min(first, last), last)


def _first(latest: float, *moments: float | None) -> float:
    return next((moment for moment in moments if moment and 0 < moment <= latest), 0.0)


def impossible_time(event: Event, now: float | None = None) -> float | None:
    """When its reporter says that it last happened, if that cannot have been yet."""
    latest = (time.time() if now is None else now) + CLOCKS_DIFFER
    series = seconds(event.series.last_observed_time) if event.series else None
    said = (series, seconds(event.last_timestamp), seconds(event.event_time))
    return next((moment for moment in said if moment and moment > latest), None)


def event_severity(event: Event) -> EventSeverity:
    """``normal`` or ``warning`` as its type says, ``unknown`` for any other type: the API lets
    reporters write what they like."""
    return _SEVERITIES.get(event.type.casefold(), "unknown")


def event_count(event: Event) -> int:
    """How many times it happened, at least once."""
    return max(event.series.count if event.series else 0, event.count, 1)
