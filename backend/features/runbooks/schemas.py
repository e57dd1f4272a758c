"""What the routes of the runbooks take and answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Begun",
    "Check",
    "Defragmentation",
    "MemberSeen",
    "Promotion",
    "Replacement",
    "RestoreStep",
    "Room",
    "RunView",
    "RunbookLine",
    "RunbookPlan",
    "SnapshotPlan",
    "SnapshotReady",
    "StepPlan",
    "StepRun",
]


class Check(BaseModel):
    """Something that must be so, as it is now. A `warning` stops nothing; what is `awaited` is not
    so yet, and the steps before are to make it so."""

    state: Literal["ok", "warning", "failed", "awaited"]
    words: str


class StepPlan(BaseModel):
    """A step as it would be done, and what must be so before it begins. `command` is what a person
    runs by hand; empty where the console does it all."""

    name: str
    title: str
    words: str
    on_failure: str
    command: str
    checks: list[Check]


class StepRun(StepPlan):
    """A step of a run: `told` is what came of it, `error` why it failed; one that is `stopped` was
    under way when the run ended. The checks are those of now, and empty for what is done."""

    state: Literal["waiting", "running", "done", "failed", "stopped"]
    told: str
    error: str


class MemberSeen(BaseModel):
    """A member as it says it is now. Sizes in bytes, null where it does not answer; `lag` is how
    many entries it is behind the furthest. `id` is as etcdctl writes it."""

    id: str
    name: str
    role: Literal["leader", "follower", "learner", "unknown"]
    answers: bool
    size: int | None
    in_use: int | None
    quota: int | None
    lag: int | None
    peer_urls: list[str]


class RunbookLine(BaseModel):
    """A runbook, and whether the store needs it now: `wrong` is what is wrong in a sentence."""

    id: str
    title: str
    needed: bool
    wrong: str


class RunbookPlan(RunbookLine):
    """What a runbook would do to the store as it is at this moment. `about` explains it to somebody
    who does not know etcd; `version` is for `If-Match`; `running` is the job that does it already.
    `facts` are further things to know, as (what, value)."""

    about: str
    steps: list[StepPlan]
    members: list[MemberSeen]
    facts: list[tuple[str, str]]
    version: str
    running: str


class RunView(BaseModel):
    """One run of a runbook. `resumable`: it stopped, and can go on where it did."""

    job: str
    runbook: str
    title: str
    state: Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled"]
    cancelling: bool
    error: str
    stage: str
    started_by: str
    resumable: bool
    steps: list[StepRun]


class RestoreStep(BaseModel):
    """One thing to do by hand; `command` is empty where it is not one."""

    words: str
    command: str


class SnapshotPlan(BaseModel):
    """What a snapshot would be of: the member that would be asked, the bytes of its file, and the
    revision it is at. `restore` is how to bring this cluster back from it; `kubernetes`: it holds a
    cluster's state, so caches must be told that it went back in time."""

    member: str
    size: int
    revision: int
    kubernetes: bool
    restore: list[RestoreStep]


class SnapshotReady(BaseModel):
    """Where the file is."""

    href: str


class Begun(BaseModel):
    """The job that does it."""

    job: str


class Room(BaseModel):
    """How to make room. `keep`: how many of the newest revisions of history stay. `pause`: as in
    `Defragmentation`."""

    model_config = ConfigDict(extra="forbid")

    keep: int = Field(default=0, ge=0, le=1_000_000_000)
    pause: bool = False


PeerUrl = Annotated[str, Field(max_length=512, pattern=r"^https?://[^\s/?#@,=]+:[0-9]{1,5}$")]


class Replacement(BaseModel):
    """Which member is lost, by its id as etcdctl writes it, and who takes its place: the name it is
    started with, and the URLs at which the other members reach it."""

    model_config = ConfigDict(extra="forbid")

    member: str = Field(pattern=r"^[0-9a-f]{1,16}$")
    name: str = Field(min_length=1, max_length=128, pattern=r"^[^\s=,]+$")
    peer_urls: list[PeerUrl] = Field(min_length=1, max_length=4)


class Promotion(BaseModel):
    """Which learner gets a vote, by its id as etcdctl writes it."""

    model_config = ConfigDict(extra="forbid")

    member: str = Field(pattern=r"^[0-9a-f]{1,16}$")


class Defragmentation(BaseModel):
    """How to defragment. `move_leader`: another member leads before it is the leader's turn, so
    that writing waits for no election. `pause`: go on though the store answers nothing while a
    member is at it, because there are too few others."""

    model_config = ConfigDict(extra="forbid")

    move_leader: bool = True
    pause: bool = False
