"""When an event happened and how often: its API has four ways to say so."""

from __future__ import annotations

from typing import NamedTuple

from integrations.kubernetes.models.core import Event
from integrations.kubernetes.models.meta import seconds

__all__ = ["EventTimes", "event_count", "event_times"]


class EventTimes(NamedTuple):
    """Unix seconds; 0 where the event has no time at all."""

    first: float
    last: float


def event_times(event: Event) -> EventTimes:
    """By whichever of the API's fields are set: old events have two timestamps, new ones a
    time and perhaps a series."""
    series = seconds(event.series.last_observed_time) if event.series else None
    given = (
        series,
        seconds(event.last_timestamp),
        seconds(event.event_time),
        seconds(event.first_timestamp),
        seconds(event.metadata.creation_timestamp),
    )
    last = next((moment for moment in given if moment), 0.0)
    first = seconds(event.first_timestamp) or seconds(event.event_time) or last
    return EventTimes(first, last)


def event_count(event: Event) -> int:
    """How many times it happened, at least once."""
    return max(event.series.count if event.series else 0, event.count, 1)
