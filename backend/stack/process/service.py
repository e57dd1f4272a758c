"""One supervised component: start, readiness, restart, stop."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend.stack.causes import cause_of
from backend.stack.errors import ComponentFailed
from backend.stack.process import launch
from backend.stack.process.backoff import Restarts
from backend.stack.process.logs import rotate, tail
from backend.stack.process.records import RecordFile, signal_group
from backend.stack.status import ComponentState, StatusBoard
from integrations.environment import minimal_environment

Check = Callable[[], Awaitable[bool]]
"""Asks the component itself whether it is ready. May raise; that means no."""

Opening = Callable[[], Awaitable[str]]
"""What belongs to being ready: awaited each time the component answers again, before anybody is
told that it is ready. Gives the detail to show beside that."""


async def _nothing_to_open() -> str:
    return ""


WATCH_INTERVAL = 5.0
STOP_PATIENCE = 10.0


@dataclass(slots=True)
class ProcessSpec:
    """How to run one component.

    `start_limit` is how many seconds it may take to become ready before it is
    ended and started again.
    """

    name: str
    argv: Sequence[str]
    log: Path
    check: Check
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    start_limit: float = 90.0
    stop_patience: float = STOP_PATIENCE


class SupervisedProcess:
    """Keeps one process alive and says on the board how it is."""

    def __init__(
        self,
        spec: ProcessSpec,
        board: StatusBoard,
        record: RecordFile,
        opening: Opening = _nothing_to_open,
    ) -> None:
        self.spec = spec
        self.ready = asyncio.Event()
        self._opening = opening
        self._board = board
        self._record = record
        self._restarts = Restarts()
        self._process: asyncio.subprocess.Process | None = None
        self._ready_since: float | None = None

    async def run(self) -> None:
        """Run until cancelled, restarting as needed; ComponentFailed when it gives up.

        On the way out the process is stopped.
        """
        try:
            while True:
                await self._start()
                code = await self._live()
                await self._pause_before_restart(code)
        finally:
            self.ready.clear()
            await self._stop()

    async def _start(self) -> None:
        self._board.update(self.spec.name, ComponentState.STARTING, detail="")
        self._ready_since = None
        self.spec.log.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.spec.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", launch.__file__, str(os.getpid())),
                *self.spec.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                env={**minimal_environment(), **self.spec.env},
                cwd=self.spec.cwd,
                start_new_session=True,
            )
        finally:
            os.close(descriptor)
        self._record.write(self._process.pid)
        self._board.update(self.spec.name, pid=self._process.pid)

    async def _live(self) -> int:
        process = self._process
        if process is None:
            return 1
        watcher = asyncio.create_task(self._watch(), name=f"watch {self.spec.name}")
        try:
            return await process.wait()
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
            self.ready.clear()

    async def _watch(self) -> None:
        started, misses, pause = time.monotonic(), 0, 0.1
        while True:
            if await self._answers():
                misses = 0
                await self._note_ready()
                pause = WATCH_INTERVAL
            else:
                misses += 1
                pause = self._note_miss(started, misses)
            rotate(self.spec.log)
            await asyncio.sleep(pause)

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(5):
                return await self.spec.check()
        except Exception:  # noqa: BLE001 - whatever went wrong, it is not ready
            return False

    async def _note_ready(self) -> None:
        if self.ready.is_set():
            return
        self._ready_since = self._ready_since or time.monotonic()
        try:
            detail = await self._opening()
        except Exception as error:  # noqa: BLE001 - it runs, and says what could not be done with it
            detail = f"{type(error).__name__}: {error}"
        self.ready.set()
        self._board.update(self.spec.name, ComponentState.READY, detail=detail)

    def _note_miss(self, started: float, misses: int) -> float:
        if self._ready_since is None:
            if time.monotonic() - started > self.spec.start_limit and self._process is not None:
                signal_group(self._process.pid, signal.SIGKILL)
            return min(1.0, 0.1 * 1.2**misses)
        if misses == 2:
            self.ready.clear()
            detail = "runs, but its readiness check does not answer"
            self._board.update(self.spec.name, ComponentState.UNRESPONSIVE, detail=detail)
        return 1.0

    async def _pause_before_restart(self, code: int) -> None:
        ready_for = time.monotonic() - self._ready_since if self._ready_since else 0.0
        delay = self._restarts.next_delay(ready_for)
        how = f"ended by signal {-code}" if code < 0 else f"ended with code {code}"
        if delay is None:
            why = cause_of(tail(self.spec.log, 30)) or "it said nothing"
            raise ComponentFailed(f"{how}, {self._restarts.limit} times in a row: {why}")
        restarts = self._board[self.spec.name].restarts + 1
        detail = f"{how}, starting again in {delay:.1f} s"
        self._board.update(
            self.spec.name, ComponentState.RESTARTING, detail=detail, restarts=restarts, pid=None
        )
        await asyncio.sleep(delay)

    async def _stop(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            signal_group(process.pid, signal.SIGTERM)
            try:
                async with asyncio.timeout(self.spec.stop_patience):
                    await process.wait()
            except TimeoutError:
                signal_group(process.pid, signal.SIGKILL)
                await process.wait()
        self._record.remove()
        if self._board[self.spec.name].state is not ComponentState.FAILED:
            self._board.update(self.spec.name, ComponentState.STOPPED, detail="", pid=None)
