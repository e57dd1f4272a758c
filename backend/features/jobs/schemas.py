"""What the routes of a job answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

__all__ = ["JobStepView", "JobView", "LogLine"]


class JobStepView(BaseModel):
    """A step that was begun. Times are Unix seconds; `result` is what it recorded."""

    name: str
    phase: Literal["run", "undo"]
    kind: Literal["step", "transaction", "wait", "sleep"]
    state: Literal["running", "done", "failed"]
    attempts: int
    result: Any
    error: str
    started: float
    finished: float | None


class LogLine(BaseModel):
    """A line of the job's log."""

    id: int
    at: float
    level: str
    message: str


class JobView(BaseModel):
    """A job with its steps and the last lines of its log. `done` of `total` is the progress of
    `stage` (0 of 0: not known); `link` is where its result is seen; `error` also says that no
    running console knows the job; `runs_on` is the host/process that works on it; `cancellable`
    says whether the caller may cancel it now."""

    id: str
    kind: str
    title: str
    state: Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled"]
    phase: Literal["run", "undo"]
    cancelling: bool
    cancellable: bool
    attempt: int
    stage: str
    done: int
    total: int
    result: Any
    error: str
    link: str
    runs_on: str
    started_by: str
    schedule: str | None
    scope: str
    created: float
    started: float | None
    updated: float
    finished: float | None
    due: float
    steps: list[JobStepView]
    log: list[LogLine]
