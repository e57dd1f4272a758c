"""Runs a simulated fleet against a server, in real or accelerated time."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from backend.omaha.domain.model import FLATCAR_APPID
from backend.omaha.simulate.client import ClientConnection, ServiceAddress, Unanswered
from backend.omaha.simulate.figures import Figures
from backend.omaha.simulate.machine import ReplyKind, SimulatedMachine, Stage

REFUSED_SECONDS: Final = 600.0
"""After a 500 or 503 a client waits longer (updates 3.5); simulated as ten minutes."""


@dataclass
class FleetPlan:
    """What to simulate. `rate` requests per second spread over the fleet, or None for the
    natural pace; `speed` makes every wait that much shorter."""

    target: ServiceAddress
    count: int
    rate: float | None = None
    speed: float = 1.0
    fail_percent: float = 0.0
    seconds: float | None = None
    connections: int = 32
    releases: tuple[str, ...] = ("4459.2.0",)
    track: str = "stable"
    appid: str = FLATCAR_APPID
    seed: str = "craton"
    figures: Figures = field(default_factory=Figures)


class Fleet:
    """Machines in a queue by the time of their next request."""

    def __init__(self, plan: FleetPlan) -> None:
        self._plan = plan
        self._kind = ReplyKind(plan.seed, plan.appid, plan.track, plan.releases[0])
        self._dice = Random(plan.seed)  # noqa: S311 (not for secrets)
        self._queue: list[tuple[float, int]] = []
        self._machines = [self._machine(number) for number in range(plan.count)]
        self._ready = asyncio.Semaphore(plan.connections)
        self._free = [ClientConnection(plan.target) for _ in range(plan.connections)]

    async def run(self, report: Callable[[str], None]) -> Figures:
        """Simulate until the time is over or the task is cancelled."""
        plan = self._plan
        plan.figures = Figures()
        reporter = asyncio.create_task(self._report(report))
        self._schedule_all()
        tasks: set[asyncio.Task[None]] = set()
        try:
            await self._drive(tasks)
        finally:
            reporter.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for connection in self._free:
                connection.close()
        return plan.figures

    def _machine(self, number: int) -> SimulatedMachine:
        plan = self._plan
        release = plan.releases[number % len(plan.releases)]
        return SimulatedMachine(self._kind, number, release=release, dice=self._dice)

    def _schedule_all(self) -> None:
        plan, now = self._plan, time.monotonic()
        for number, machine in enumerate(self._machines):
            wait = number / plan.rate if plan.rate else machine.first() / plan.speed
            self._queue.append((now + wait, number))
        heapq.heapify(self._queue)

    async def _drive(self, tasks: set[asyncio.Task[None]]) -> None:
        plan = self._plan
        end = None if plan.seconds is None else time.monotonic() + plan.seconds
        while end is None or time.monotonic() < end:
            if not self._queue:
                await asyncio.sleep(0.01)
                continue
            due = self._queue[0][0]
            wait = due - time.monotonic()
            if wait > 0:
                await asyncio.sleep(min(wait, 0.2))
                continue
            plan.figures.late = -wait
            await self._ready.acquire()
            _, number = heapq.heappop(self._queue)
            task = asyncio.create_task(self._ask(number, self._free.pop()))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def _ask(self, number: int, connection: ClientConnection) -> None:
        machine, figures = self._machines[number], self._plan.figures
        began = time.monotonic()
        wait = REFUSED_SECONDS
        try:
            status, content = await connection.post(machine.request())
        except Unanswered:
            figures.statuses["no answer"] += 1
        else:
            figures.latencies.add(time.monotonic() - began)
            figures.statuses[str(status)] += 1
            if status == 200:
                was_idle = machine.stage == Stage.IDLE
                wait = machine.answered(content, self._plan.fail_percent)
                figures.offers += was_idle and machine.stage == Stage.GRANTED
        finally:
            self._free.append(connection)
            self._ready.release()
        heapq.heappush(self._queue, (self._next(wait), number))

    def _next(self, wait: float) -> float:
        plan = self._plan
        if plan.rate:
            return time.monotonic() + plan.count / plan.rate
        return time.monotonic() + wait / plan.speed

    async def _report(self, report: Callable[[str], None]) -> None:
        while True:
            await asyncio.sleep(1.0)
            report(self._plan.figures.line())
