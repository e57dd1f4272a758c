"""What `GET /api/v1/overview` gives."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel

from integrations.contract import FeedState, Severity
from integrations.kubernetes.summaries.events import EventSeverity

__all__ = [
    "Capacity",
    "CapacityView",
    "FreshnessView",
    "OverviewView",
    "ProblemView",
    "RecentView",
    "SystemState",
    "SystemView",
]


class SystemState(StrEnum):
    """How a whole system is, in one word."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    CONNECTING = "connecting"
    ABSENT = "absent"
    HIDDEN = "hidden"
    """There is one, and the caller may see nothing of it."""


class FreshnessView(BaseModel):
    """How true the rows of one source are, since when (Unix seconds) and why."""

    source: str
    state: FeedState
    since: float
    message: str


class SystemView(BaseModel):
    """One of the four systems. `counts` are numbers to show, by name."""

    name: Literal["kubernetes", "etcd", "registry", "updates"]
    state: SystemState
    sentence: str
    freshness: list[FreshnessView]
    counts: dict[str, int]
    link: str


class ProblemView(BaseModel):
    """One cause of trouble: at one thing, or at the `alike` many that share it.

    Of many, `name` is empty, `members` are the first of them and `link` leads to all. `since`
    is Unix seconds, null where nothing tells more than that it was so before `seen`. `guide` leads
    to what to do about it, step by step; empty where there is none.
    """

    id: str
    severity: Severity
    kind: str
    name: str
    namespace: str
    cluster: str
    reason: str
    affects: str
    since: float | None
    seen: float
    count: int
    link: str
    alike: int
    namespaces: list[str]
    members: list[ProblemView]
    guide: str


class Capacity(BaseModel):
    """Requested of allocatable, in base units (cores, bytes, pods). `used` is null without
    a source of metrics."""

    used: float | None
    requested: float
    allocatable: float


class CapacityView(BaseModel):
    """Capacity of all machines the caller sees."""

    cpu: Capacity
    memory: Capacity
    pods: Capacity


class RecentView(BaseModel):
    """Something that happened, newest first."""

    at: float
    source: str
    severity: EventSeverity
    reason: str
    cluster: str
    kind: str
    name: str
    namespace: str
    message: str
    link: str


class OverviewView(BaseModel):
    """The whole page. `checked` is when it was put together (Unix seconds). `part` says in
    words which part of the organisation the caller sees; empty for all of it."""

    systems: list[SystemView]
    problems: list[ProblemView]
    problems_total: int
    capacity: CapacityView | None
    recent: list[RecentView]
    part: str
    checked: float
