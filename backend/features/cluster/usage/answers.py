"""What the usage routes answer. Times are Unix seconds, CPU is cores, memory bytes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["Bounds", "Measuring", "SeriesView", "TrendsView", "UsageView"]

Measuring = Literal["measured", "waiting", "absent", "stale", "denied"]
"""``waiting``: the first measurements have not come yet. ``absent``: the cluster has none."""


class Bounds(BaseModel):
    """What is asked for and what is allowed at most; null where nothing says so."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    cpu_request: float | None = None
    cpu_limit: float | None = None
    memory_request: float | None = None
    memory_limit: float | None = None


class SeriesView(Bounds):
    """What one container used, or the whole (`name` empty), one value for each of `times`: null
    where it was not measured."""

    name: str
    cpu: list[float | None]
    memory: list[float | None]


class UsageView(BaseModel):
    """What an object used in the last hour. `message` says why nothing is known, or nothing new,
    `since` how long that has been so. Of a workload it is the sum over `pods` of its pods; with
    `more` it has others that are not counted."""

    state: Measuring
    message: str
    since: float
    times: list[float]
    series: list[SeriesView]
    pods: int | None = None
    more: bool = False


class TrendsView(BaseModel):
    """What several nodes or pods used in the last hour, in a few means each, by name (of a pod
    ``namespace/name``). What may not be seen is missing; nulls and none stand for what was not
    measured."""

    state: Measuring
    message: str
    since: float
    cpu: dict[str, list[float | None]]
    memory: dict[str, list[float | None]]
