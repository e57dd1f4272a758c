"""What features declare: jobs, their schedules, and loops that one replica runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from backend.jobs.run import Run
from integrations.backoff import doubled

__all__ = ["Declared", "In", "Job", "JobFailed", "Loop", "Out", "Schedule"]

In = TypeVar("In")
Out = TypeVar("Out")

_BACKOFF: Final = 2.0
_SLOWEST: Final = 300.0


class JobFailed(Exception):
    """Raised by job code: trying again would not help. The sentence is shown to people."""


def _no_lane(_input: Any) -> str:
    return ""


def _no_title(_input: Any) -> str:
    return ""


@dataclass(frozen=True)
class Job(Generic[In, Out]):
    """A kind of durable job; see this folder's README for the rules of its code.

    `kind` is stored with each job, so it stays; `input` (and `output`) are types msgspec writes
    as JSON. `undo` runs, durably, after a cancellation, and with `undoes_failure` also after the
    last failed attempt. Code of `version` goes on with jobs of versions from `reads` on. At most
    `limit` of a `lane` run at a time over all replicas. An exception of `run` is tried again,
    `attempts` in all, recorded steps skipped. `on_cancel` is what its log then says of `undo`.
    """

    kind: str
    input: type[In]
    run: Callable[[Run, In], Awaitable[Out]]
    output: Any = Any
    title: Callable[[In], str] = _no_title
    undo: Callable[[Run, In], Awaitable[None]] | None = None
    undoes_failure: bool = False
    version: int = 1
    reads: int = 1
    limit: int = 8
    lane: Callable[[In], str] = _no_lane
    attempts: int = 3
    retry_seconds: float = _BACKOFF
    on_cancel: str = "Cancelled; what was done is undone."

    def pause(self, attempt: int) -> float:
        """Seconds before the attempt after `attempt`."""
        return doubled(self.retry_seconds, _SLOWEST, attempt - 1)


@dataclass(frozen=True)
class Schedule(Generic[In]):
    """Starts a job at the times of `cron` (five fields) in the time zone `zone`: once for all
    replicas, not while its last one is unfinished, once for times missed while no replica ran."""

    name: str
    cron: str
    job: Job[In, Any]
    input: In
    zone: str = "UTC"


@dataclass(frozen=True)
class Loop:
    """Background work of a console, restarted when it fails: `call` every `every` seconds after
    the first `delay`, or with 0 a call that goes on until cancelled. A `single` one runs on one
    replica at a time."""

    name: str
    call: Callable[[], Awaitable[Any]]
    every: float = 0.0
    single: bool = False
    delay: float = 0.0


Declared = Job[Any, Any] | Schedule[Any] | Loop
