"""Background loops: a failed one is logged, started again with backoff, counted and shown."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final

import structlog

from backend.jobs.durable import unbroken
from backend.jobs.job import Loop
from backend.jobs.leases import LeaseLost, Leases
from backend.jobs.metrics import CRASHES, LOOP_UP
from integrations.backoff import Backoff

__all__ = ["Supervisor"]

FIRST_PAUSE: Final = 0.5
SLOWEST_PAUSE: Final = 30.0
STEADY_SECONDS: Final = 60.0
"""A loop that ran this long since its last failure counts as well again."""

_PATIENCE: Final = 5.0
"""Seconds for a periodic call to end by itself when the process stops."""

_log = structlog.get_logger("craton.loops")


async def _called(loop: Loop) -> None:
    await loop.call()


class Supervisor:
    """Runs loops until stopped; nothing a loop does ends another or the process."""

    def __init__(self) -> None:
        self._loops: dict[str, tuple[Loop, Leases | None]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._failing: dict[str, str] = {}
        self._group: asyncio.TaskGroup | None = None
        self._ended = asyncio.Event()
        self._main: asyncio.Task[None] | None = None

    @property
    def failing(self) -> dict[str, str]:
        """The loops that failed and did not recover yet, with the reason."""
        return dict(self._failing)

    def add(self, loop: Loop, leases: Leases | None = None) -> None:
        """Run `loop` from `start` on, or now if that was. A `single` one needs `leases`."""
        if loop.name in self._loops:
            raise ValueError(f"two loops are named {loop.name}")
        if loop.single and leases is None:
            raise ValueError(f"{loop.name} runs on one replica at a time and needs leases")
        self._loops[loop.name] = loop, leases
        if self._group is not None:
            self._begin(loop.name)

    async def start(self) -> None:
        """Begin to run the loops."""
        started = asyncio.Event()
        self._main = asyncio.create_task(self._run(started), name="supervisor")
        await started.wait()

    async def stop(self) -> None:
        """Cancel every loop and wait until they have ended."""
        self._ended.set()
        for task in self._tasks.values():
            task.cancel()
        if self._main is not None:
            await self._main

    async def _run(self, started: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            self._group = group
            for name in self._loops:
                self._begin(name)
            started.set()
            await self._ended.wait()
            self._group = None

    def _begin(self, name: str) -> None:
        if self._group is not None:
            loop, leases = self._loops[name]
            self._tasks[name] = self._group.create_task(self._keep(loop, leases), name=name)
            LOOP_UP.labels(name).set(1)

    async def _keep(self, loop: Loop, leases: Leases | None) -> None:
        backoff = Backoff(FIRST_PAUSE, SLOWEST_PAUSE)
        while True:
            began = time.monotonic()
            try:
                await self._work(loop, leases)
            except LeaseLost:
                _log.info("another replica does this now", loop=loop.name)
            except Exception as error:  # noqa: BLE001 (background work outlives any failure)
                if time.monotonic() - began > STEADY_SECONDS:
                    backoff.reset()
                pause = backoff.next()
                self._failed(loop.name, error, pause)
                await asyncio.sleep(pause)
            else:
                return

    async def _work(self, loop: Loop, leases: Leases | None) -> None:
        if loop.single and leases is not None:
            await leases.run(loop.name, lambda lease: self._repeat(loop, lease.patience))
        else:
            await self._repeat(loop, _PATIENCE)

    async def _repeat(self, loop: Loop, patience: float) -> None:
        if not loop.every:
            recovery = asyncio.create_task(self._recover(loop.name))
            try:
                await loop.call()
            finally:
                recovery.cancel()
                with suppress(asyncio.CancelledError):
                    await recovery
            return
        await asyncio.sleep(loop.delay)
        while True:
            await unbroken(_called(loop), patience)
            self._well(loop.name)
            await asyncio.sleep(loop.every)

    async def _recover(self, name: str) -> None:
        await asyncio.sleep(STEADY_SECONDS)
        self._well(name)

    def _failed(self, name: str, error: Exception, pause: float) -> None:
        CRASHES.labels(name).inc()
        LOOP_UP.labels(name).set(0)
        self._failing[name] = f"{type(error).__name__}: {error}"[:300]
        _log.error("background loop failed", loop=name, again_in=pause, exc_info=error)

    def _well(self, name: str) -> None:
        if self._failing.pop(name, None) is not None:
            LOOP_UP.labels(name).set(1)
            _log.info("background loop works again", loop=name)
