"""What the routes of draining take and answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from backend.features.cluster.operate.schemas import Told

__all__ = ["Drain", "DrainPlan", "DrainStarted", "EtcdBeside", "Fate", "PodFate"]


class Fate(StrEnum):
    """What draining does to a pod."""

    EVICTED = "evicted"
    WAITS = "waits"
    """A disruption budget is against it now."""
    NEVER = "never"
    """More than one budget is about it: the API server evicts no such pod."""
    LOCAL_DATA = "local-data"
    """What it keeps on the machine (emptyDir) is lost: to be allowed first."""
    UNMANAGED = "unmanaged"
    """Nothing makes it anew: to be allowed first."""
    STAYS = "stays"
    """Of a daemon set, or the kubelet's own."""
    LEAVING = "leaving"
    """It was told to go already."""


class PodFate(Told):
    """A pod of the node. `budget` is the one that is about it."""

    namespace: str
    name: str
    owner: str
    fate: Fate
    why: str = ""
    budget: str = ""


class EtcdBeside(Told):
    """A member of an etcd cluster that lives on the machine. `keeps` tells whether the others are
    a quorum without it."""

    cluster: str
    member: str
    voters: int
    healthy: int
    keeps: bool


class DrainPlan(Told):
    """What draining would do, as the cluster is now; the first pods of `total`, those to decide
    about first. `version` is the node's, for `If-Match`."""

    version: str
    cordoned: bool
    total: int
    counts: dict[Fate, int]
    pods: list[PodFate]
    etcd: Annotated[list[EtcdBeside], Field(default_factory=list)]
    running: str = ""
    """The job that drains it already."""


class Drain(BaseModel):
    """How to drain. Pods with local data, and pods that nothing makes anew, only go where that is
    allowed. `grace_seconds` they get to end, null: their own."""

    model_config = ConfigDict(extra="forbid")

    local_data: bool = False
    unmanaged: bool = False
    grace_seconds: Annotated[int, Field(ge=0, le=3600)] | None = None
    timeout_minutes: Annotated[int, Field(ge=1, le=1440)] = 60


class DrainStarted(Told):
    """The job that drains it."""

    job: str
