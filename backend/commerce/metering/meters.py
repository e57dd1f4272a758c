"""What is metered, and how it is billed unless a plan says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.commerce.licence.meters import METERS, Meter

__all__ = ["METERED", "WHOLE", "Metered"]

WHOLE: Final = ""
"""The subject of what is counted over everything; other subjects are names of clusters."""


@dataclass(frozen=True, slots=True)
class Metered:
    """A meter whose hours are written. `clusters`: also of each cluster."""

    meter: Meter
    aggregation: str
    clusters: bool


def _by_name(*meters: Metered) -> Mapping[str, Metered]:
    return {one.meter.name: one for one in meters}


METERED: Final = _by_name(
    Metered(METERS["servers"], "sustained:2", clusters=True),
    Metered(METERS["clusters"], "peak", clusters=False),
    Metered(METERS["repositories"], "peak", clusters=False),
    Metered(
        Meter("vcpus", "vCPU", "vCPUs", "Processors that the servers give to pods."),
        "average",
        clusters=True,
    ),
    Metered(
        Meter("memory", "MiB", "Memory", "Memory that the servers give to pods."),
        "average",
        clusters=True,
    ),
    Metered(
        Meter(
            "update_machines",
            "machine",
            "Machines of the update service",
            "Machines that ask for updates, by the service's own counters.",
        ),
        "sustained:2",
        clusters=False,
    ),
)
"""By the name the API has for it."""
