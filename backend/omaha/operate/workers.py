"""Keeps the processes of `craton updates serve --workers N` alive.

The parent serves nothing itself: a process with an event loop, threads and connections must
not be forked. A worker that ends is started again, at once after a long life and ever later
while it keeps dying; machines meanwhile reach the others, which share the listening socket.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Never

import structlog

from integrations.backoff import Backoff

__all__ = ["WorkerSupervisor"]

FIRST_DELAY: Final = 0.5
LAST_DELAY: Final = 30.0
"""Seconds until a worker that died young is started again: doubled each time, up to here."""
SETTLED_SECONDS: Final = 60.0
"""A worker that lived this long died of something new: the delay begins anew."""
POLL_SECONDS: Final = 0.1
STOP_SECONDS: Final = 10.0
"""Time workers get to finish what they acknowledged before they are killed."""

_log = structlog.get_logger("craton.updates")


def _backoff() -> Backoff:
    return Backoff(FIRST_DELAY, LAST_DELAY, jitter=lambda: 1.0)


@dataclass(slots=True)
class _Worker:
    """A place for a worker: the process in it (0: none), or when the next one is due."""

    slot: int
    pid: int = 0
    started: float = 0.0
    due: float = 0.0
    backoff: Backoff = field(default_factory=_backoff)
    restarts: int = 0


class WorkerSupervisor:
    """Runs `work(slot, restarts)` in `count` forked processes until SIGINT or SIGTERM.
    `restarts` is how often the worker in this slot was started again."""

    def __init__(self, count: int, work: Callable[[int, int], None]) -> None:
        self._work = work
        self._workers = [_Worker(slot) for slot in range(count)]
        self._stopping = False

    def run(self) -> None:
        """Supervise; returns when every worker has ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        while not self._stopping:
            now = time.monotonic()
            for worker in self._workers:
                if worker.pid:
                    self._look(worker, now)
                elif worker.due <= now:
                    self._start(worker, now)
            time.sleep(POLL_SECONDS)
        self._end()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, worker: _Worker, now: float) -> None:
        pid = os.fork()
        if pid == 0:
            self._child(worker)
        worker.pid, worker.started = pid, now
        _log.info("update_worker_started", worker=worker.slot, pid=pid, restarts=worker.restarts)

    def _child(self, worker: _Worker) -> Never:
        code = 1
        try:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            self._work(worker.slot, worker.restarts)
            code = 0
        except Exception:  # noqa: BLE001 (it is told, and the parent starts another)
            _log.exception("update_worker_failed", worker=worker.slot)
        finally:
            os._exit(code)

    def _look(self, worker: _Worker, now: float) -> None:
        """Note the worker's end, if it has ended, and when the next one is due."""
        status = _ended(worker.pid)
        if status is None:
            return
        lived = now - worker.started
        if lived >= SETTLED_SECONDS:
            worker.backoff.reset()
        delay = worker.backoff.next()
        _log.error(
            "update_worker_died", worker=worker.slot, pid=worker.pid, how=_how(status),
            lived_seconds=round(lived, 1), restart_in_seconds=delay,
        )  # fmt: skip
        worker.pid, worker.due = 0, now + delay
        worker.restarts += 1

    def _end(self) -> None:
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(worker.pid for worker in self._workers):
            if time.monotonic() > deadline:
                _log.error("update_workers_killed", after_seconds=STOP_SECONDS)
                self._signal(signal.SIGKILL)
                deadline += STOP_SECONDS
            for worker in self._workers:
                if worker.pid and _ended(worker.pid) is not None:
                    worker.pid = 0
            time.sleep(POLL_SECONDS / 2)

    def _signal(self, number: signal.Signals) -> None:
        for worker in self._workers:
            if worker.pid:
                os.kill(worker.pid, number)


def _ended(pid: int) -> int | None:
    """The wait status of a child of ours that ended. Until this call it is a zombie, so its
    number cannot have gone to another process."""
    done, status = os.waitpid(pid, os.WNOHANG)
    return status if done else None


def _how(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
