"""What a job's code is given: steps that are recorded, progress, waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.db.away import DATABASE_AWAY, is_away
from backend.errors import Problem
from backend.jobs.clock import clock
from backend.jobs.durable import durably
from backend.jobs.limits import Timing
from backend.jobs.records import (
    MAX_TEXT,
    Owned,
    Superseded,
    add_log,
    now,
    own,
    recorded,
    take_signal,
    wake,
    write_step,
)
from backend.jobs.tables import JobRecord, StepRow
from integrations.backoff import Backoff

__all__ = ["Parked", "Run", "sentence"]

T = TypeVar("T")
_LOCAL_SLEEP: Final = 5.0
"""Shorter sleeps keep the job's slot; longer ones park it."""
_RETRY_PAUSE: Final = 1.0
_SLOWEST_RETRY: Final = 30.0


def _is_done(phase: str, step: StepRow) -> bool:
    return phase == "run" and step.state == "done"


class Parked(BaseException):
    """The job waits in the database; its code is left and runs again from the start."""


class Run:
    """One owner's run of one job. Its methods raise `asyncio.CancelledError` once the job was
    taken over or cancelled: let it through."""

    def __init__(
        self,
        row: JobRecord,
        steps: list[StepRow],
        db_sessions: async_sessionmaker[AsyncSession],
        timing: Timing,
    ) -> None:
        self.id = row.id
        self.fence = row.fence
        self.attempt = row.attempt
        self.started_by = row.started_by
        self.error = row.error
        self.deadline = time.monotonic() + timing.lease - timing.margin
        self.superseded = False
        self._owned = Owned(row.id, row.fence, row.phase)
        self._db_sessions = db_sessions
        self._timing = timing
        self._steps = {(step.phase, step.name): step for step in steps}
        self._begun: set[str] = set()
        self._progress: dict[str, Any] = {}
        self._lines: list[tuple[str, str]] = []
        self._telling = asyncio.Lock()  # older progress must not be written behind newer

    def key(self, step: str) -> str:
        """An idempotence key for an effect outside: the same whenever the step is repeated."""
        return f"{self.id}.{self._owned.phase}.{step}"

    def done(self, step: str) -> bool:
        """Whether a step of the run (not of the undo) is recorded as done."""
        found = self._steps.get(("run", step))
        return found is not None and found.state == "done"

    def finished(self) -> list[str]:
        """The steps of the run that were recorded as done when this owner began."""
        return [name for (phase, name), one in self._steps.items() if _is_done(phase, one)]

    def result(self, step: str, returns: type[T]) -> T:
        """The recorded result of a step of the run; `KeyError` when it is not done."""
        if not self.done(step):
            raise KeyError(step)
        return cast("T", _read(self._steps["run", step], returns))

    def progress(self, done: int, total: int, stage: str = "") -> None:
        """Say how far the job is; written a few times a second."""
        self._progress |= {"done": done, "total": total, "stage": stage[:256]}

    def link(self, path: str) -> None:
        """Where in the console the result is seen."""
        self._progress["link"] = path[:512]

    def log(self, message: str, level: str = "info") -> None:
        """Add a line to the job's log."""
        self._lines.append((level, message))

    async def step(
        self,
        name: str,
        call: Callable[[], Awaitable[T]],
        *,
        returns: Any = Any,
        retries: int = 0,
        timeout: float | None = None,  # noqa: ASYNC109 (recorded as the step's failure)
    ) -> T:
        """The result of `call`, made once: when the job is run again, the recorded one, read as
        `returns`. At least once for effects outside: hand them `key(name)`. A failure is tried
        `retries` times more, then raised."""
        found = self._begin(name)
        if found is not None and found.state == "done":
            return cast("T", _read(found, returns))
        before = found.attempts if found else 0
        backoff = Backoff(_RETRY_PAUSE, _SLOWEST_RETRY)
        for attempt in range(retries + 1):
            made = before + attempt + 1
            await self._record(name, state="running", attempts=made, error="", finished=None)
            try:
                async with asyncio.timeout(timeout):
                    result = await call()
            except Exception as error:
                await self._record(
                    name, state="failed", error=sentence(error), finished=clock(), attempts=made
                )
                if attempt == retries:
                    raise
                await asyncio.sleep(backoff.next())
            else:
                break
        await self._record(name, state="done", result=_write(result), finished=clock())
        return result

    async def transaction(
        self, name: str, call: Callable[[AsyncSession], Awaitable[T]], *, returns: Any = Any
    ) -> T:
        """The result of `call`, whose changes of the console's database commit with the record
        of the step: exactly once. Jobs it starts are given its session."""
        found = self._begin(name)
        if found is not None and found.state == "done":
            return cast("T", _read(found, returns))

        async def work(session: AsyncSession) -> T:
            await self._own(session, takeovers=0)
            lost = await recorded(session, self._owned, name)
            if lost is not None and lost.state == "done":
                return cast("T", _read(lost, returns))
            result = await _called(call, session)
            await write_step(
                session, self._owned, name, kind="transaction", state="done",
                result=_write(result), error="", finished=clock(),
            )  # fmt: skip
            return result

        try:
            return await self.durably(work)
        except Exception as caught:  # noqa: BLE001 (raised again below)
            error = caught.error if isinstance(caught, _CodeFailed) else caught
            await self._record(
                name, kind="transaction", state="failed", error=sentence(error), finished=clock()
            )
            raise error from None

    async def wait(
        self,
        signal: str,
        timeout: float,  # noqa: ASYNC109 (a deadline in the database)
        *,
        name: str = "",
        returns: Any = Any,
    ) -> Any:
        """The payload of `signal`, or None after `timeout` seconds. The job is parked: it holds
        no slot and survives restarts and upgrades. `name` tells waits for the same signal apart."""
        step = name or f"wait {signal}"
        found = self._begin(step)
        if found is not None and found.state == "done":
            return _read(found, returns) if found.result else None

        async def work(session: AsyncSession) -> tuple[bool, str]:
            await self._own(session)
            row = await recorded(session, self._owned, step)
            if row is not None and row.state == "done":
                return True, row.result  # written by a commit whose answer was lost
            payload = await take_signal(session, self._owned, signal)
            present = await now(session)
            deadline = row.deadline if row else present + timeout
            if payload is None and deadline > present:
                await write_step(
                    session, self._owned, step, kind="wait", state="running", deadline=deadline
                )
                await self._park(session, deadline, signal)
                return False, ""
            await write_step(
                session, self._owned, step, kind="wait", state="done",
                result=payload or "", finished=clock(),
            )  # fmt: skip
            return True, payload or ""

        received, payload = await self.durably(work)
        if not received:
            raise Parked
        return msgspec.json.decode(payload, type=returns) if payload else None

    async def sleep(self, name: str, seconds: float) -> None:
        """Go on `seconds` after this was first reached. Longer sleeps park the job."""
        found = self._begin(name)
        if found is not None and found.state == "done":
            return

        async def work(session: AsyncSession) -> float:
            await self._own(session)
            row = await recorded(session, self._owned, name)
            present = await now(session)
            deadline = row.deadline if row else present + seconds
            left = deadline - present
            state = {"state": "done", "finished": clock()} if left <= 0 else {"state": "running"}
            await write_step(session, self._owned, name, kind="sleep", deadline=deadline, **state)
            if left > _LOCAL_SLEEP:
                await self._park(session, deadline, "")
            return left

        while (left := await self.durably(work)) > 0:
            if left > _LOCAL_SLEEP:
                raise Parked
            await asyncio.sleep(left)

    async def flush(self) -> None:
        """Write progress and log lines; the worker calls it a few times a second."""
        async with self._telling:
            if self._progress or self._lines:
                await self._tell(lambda _: _nothing())

    async def _record(self, name: str, **values: Any) -> None:
        async with self._telling:
            more = {"takeovers": 0} if values["state"] == "done" else {}
            await self._tell(
                lambda session: write_step(session, self._owned, name, **values), **more
            )

    async def _tell(self, also: Callable[[AsyncSession], Awaitable[None]], **more: Any) -> None:
        """Write what is to be told and something else, in one transaction."""
        progress, self._progress = self._progress, {}
        lines, self._lines = self._lines, []

        async def work(session: AsyncSession) -> None:
            await self._own(session, **progress, **more)
            await also(session)
            await add_log(session, self.id, *lines)

        try:
            await self.durably(work)
        except BaseException:
            self._progress = progress | self._progress
            self._lines[:0] = lines
            raise

    def _begin(self, name: str) -> StepRow | None:
        if name in self._begun:
            raise RuntimeError(f"the step {name!r} was used twice in one job; names are unique")
        self._begun.add(name)
        return self._steps.get((self._owned.phase, name))

    async def _own(self, session: AsyncSession, **values: Any) -> None:
        await own(session, self._owned, **values)

    async def _park(self, session: AsyncSession, due: float, signal: str) -> None:
        soon = sa.case((col(JobRecord.cancelling), clock()), else_=due)  # cancelled meanwhile
        values = {"state": "waiting", "due": soon, "waits_for": signal, "owner": ""}
        await self._own(session, lease_until=0.0, **values)
        wake(session, self.id)

    async def durably(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Do `work` in a transaction that commits, as long as the job is this owner's."""
        try:
            return await durably(
                self._db_sessions, work, until=lambda: self.deadline, pause=self._timing.retry
            )
        except Superseded:
            self.superseded = True
            raise asyncio.CancelledError from None
        except DATABASE_AWAY as error:
            if not is_away(error):
                raise
            self.superseded = True  # away for longer than the lease: another may go on
            raise asyncio.CancelledError from None


async def _nothing() -> None:
    return


class _CodeFailed(Exception):
    """The job's code raised it, not the database: no reason to try the transaction again."""

    def __init__(self, error: Exception) -> None:
        self.error = error


async def _called(call: Callable[[AsyncSession], Awaitable[T]], session: AsyncSession) -> T:
    try:
        return await call(session)
    except DBAPIError:
        raise
    except Exception as error:
        raise _CodeFailed(error) from error


def sentence(error: BaseException) -> str:
    """What a person is told of a failure."""
    text = error.detail if isinstance(error, Problem) else str(error)
    return (text or type(error).__name__)[:MAX_TEXT]


def _write(result: Any) -> str:
    return msgspec.json.encode(result).decode()


def _read(step: StepRow, returns: Any) -> Any:
    return msgspec.json.decode(step.result, type=returns)
