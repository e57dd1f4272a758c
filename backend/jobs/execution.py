"""One job's run in this process, from its claim to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from backend.db.away import DATABASE_AWAY, is_away
from backend.errors import Problem
from backend.jobs.clock import clock
from backend.jobs.job import Job, JobFailed
from backend.jobs.limits import Timing
from backend.jobs.metrics import ENDED
from backend.jobs.records import Owned, Superseded, add_log, own, wake
from backend.jobs.run import Parked, Run, sentence
from backend.jobs.tables import JobRecord, StepRow

__all__ = ["Execution"]

_log = structlog.get_logger("craton.jobs")
_BEFORE_ANY_RETRY = 500
"""Problems of a lower status are the job's own fault: trying again would not help."""


class Execution:
    """Runs `job` (or its undo) for `row` and writes down how that ended."""

    def __init__(
        self,
        job: Job[Any, Any],
        row: JobRecord,
        steps: list[StepRow],
        db_sessions: async_sessionmaker[AsyncSession],
        timing: Timing,
    ) -> None:
        self.run = Run(row, steps, db_sessions, timing)
        self.row = row
        self._job = job
        self._handing_over = False
        self._cancelling = False
        self._in_code = True
        self._task: asyncio.Task[None] | None = None

    def begin(self, ended: Callable[[Execution], None]) -> None:
        """Start working; `ended` is called when it is over."""
        self._task = asyncio.create_task(self._work(), name=f"job {self.row.kind} {self.row.id}")
        self._task.add_done_callback(lambda _: ended(self))

    def cancel(self) -> None:
        """The job was cancelled: leave its code and undo."""
        if self.row.phase == "run" and not self._cancelling:
            self._cancelling = True
            self._leave_code()

    def give_up(self) -> None:
        """The lease is over: another replica may go on."""
        self.run.superseded = True
        self._stop()

    async def hand_over(self) -> None:
        """This process stops: let another go on at once."""
        self._handing_over = True
        self._leave_code()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def _leave_code(self) -> None:
        """Its end, once begun, is written down first."""
        if self._in_code:
            self._stop()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _work(self) -> None:
        try:
            if self.row.cancelling and self.row.phase == "run":
                self._in_code, self._cancelling = False, True
                await self._cancelled()
            else:
                await self._attempt()
        except (Superseded, asyncio.CancelledError):
            _log.info("job goes on elsewhere", job=self.row.id, kind=self.row.kind)
        except DATABASE_AWAY as error:
            if not is_away(error):
                _log.exception("a job's end could not be recorded", job=self.row.id)
        except Exception:  # noqa: BLE001 (the job goes on elsewhere)
            _log.exception("a job's end could not be recorded", job=self.row.id)

    async def _attempt(self) -> None:
        try:
            result = await self._code()
        except Parked:
            return
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            if self.run.superseded:
                raise
            if self._handing_over:
                await self._end(state="queued", due=clock(), owner="", lease_until=0.0)
            elif self._cancelling:
                await self._cancelled()
            else:
                await self._failed(RuntimeError("The job's code was cancelled from within."))
        except Exception as error:  # noqa: BLE001 (whatever it is, the record must say it)
            await self._failed(error)
        else:
            await self._succeeded(result)

    async def _code(self) -> Any:
        job, row = self._job, self.row
        given = msgspec.json.decode(row.input, type=job.input)
        call: Callable[[Run, Any], Awaitable[Any]] | None = job.run
        if row.phase == "undo":
            call = job.undo
        try:
            return None if call is None else await call(self.run, given)
        finally:
            self._in_code = False

    async def _succeeded(self, result: Any) -> None:
        if self.row.phase == "undo":
            state = "cancelled" if self.row.cancelling else "failed"
            await self._finish(state, error=self.row.error)
        else:
            encoded = msgspec.json.encode(result).decode()
            await self._finish("succeeded", result=encoded, error="")

    async def _failed(self, error: Exception) -> None:
        row, job, reason = self.row, self._job, sentence(error)
        hopeless = isinstance(error, JobFailed) or (
            isinstance(error, Problem) and error.status < _BEFORE_ANY_RETRY
        )
        if not isinstance(error, JobFailed | Problem):
            _log.warning("job failed", job=row.id, kind=row.kind, exc_info=error)
        if not hopeless and row.attempt < job.attempts:
            pause = job.pause(row.attempt)
            await self._end(
                ("warning", f"{reason} It is tried again in {pause:.0f} s."),
                state="queued", due=_unless_cancelled(pause), attempt=row.attempt + 1, error=reason,
                owner="", lease_until=0.0,
            )  # fmt: skip
        elif row.phase == "undo":
            await self._finish("failed", ("error", reason), error=f"Undoing failed: {reason}")
        elif job.undo is not None and job.undoes_failure:
            await self._undo(("error", reason), error=reason)
        else:
            await self._finish("failed", ("error", reason), error=reason)

    async def _cancelled(self) -> None:
        if self._job.undo is None:
            await self._finish("cancelled", error="")
        else:
            line = "info", self._job.on_cancel
            await self._undo(line, cancelling=True, error="")

    async def _undo(self, line: tuple[str, str], **values: Any) -> None:
        await self._end(
            line, state="queued", phase="undo", due=clock(), attempt=1, owner="",
            lease_until=0.0, **values,
        )  # fmt: skip

    async def _finish(self, state: str, *lines: tuple[str, str], **values: Any) -> None:
        await self._end(*lines, state=state, finished=clock(), owner="", lease_until=0.0, **values)
        ENDED.labels(self.row.kind, state).inc()
        _log.info("job ended", job=self.row.id, kind=self.row.kind, state=state)

    async def _end(self, *lines: tuple[str, str], **values: Any) -> None:
        await self.run.flush()
        owned = Owned(self.row.id, self.row.fence, self.row.phase)

        async def work(session: AsyncSession) -> None:
            await own(session, owned, **values)
            await add_log(session, self.row.id, *lines)
            wake(session, self.row.id)

        await self.run.durably(work)


def _unless_cancelled(pause: float) -> ColumnElement[float]:
    """The next try's time; at once when it was cancelled meanwhile, to undo."""
    return sa.case((col(JobRecord.cancelling), clock()), else_=clock() + pause)
