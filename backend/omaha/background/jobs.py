"""The background jobs, on one replica at a time."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from backend.omaha.background import lease, retention, sweeps
from backend.omaha.background.recount import recount
from backend.omaha.store.config import Config
from backend.omaha.store.contract import Conflict, Store, StoreDown

TICK_SECONDS: Final = 2.0
LEASE_SECONDS: Final = 30.0

_log = structlog.get_logger(__name__)

Job = Callable[[float], Awaitable[object]]


class Jobs:
    """Runs each job when it is due, while this replica holds the lease."""

    def __init__(
        self, store: Store, config: Callable[[], Config], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._clock = clock
        self._holder = uuid.uuid4().hex
        self._jobs: dict[str, tuple[float, Job]] = {
            "expire": (5.0, lambda now: sweeps.expire_grants(store, now)),
            "rollouts": (5.0, lambda now: sweeps.advance_rollouts(store, config(), now)),
            "rollup": (60.0, lambda now: retention.roll_up(store, now)),
            "silent": (900.0, lambda now: retention.count_silent(store, now)),
            "recount": (3600.0, lambda now: recount(store, now)),
            "thin": (3600.0, lambda now: retention.thin(store, now)),
        }
        self._due = dict.fromkeys(self._jobs, 0.0)
        start = clock()
        self._due["recount"] = self._due["thin"] = start + 60.0

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self.tick()
            except (StoreDown, Conflict) as error:
                _log.info("update_jobs_put_off", error=str(error))

    async def tick(self) -> None:
        """Run what is due, if the lease is ours. A job that met a conflict runs again soon."""
        now = self._clock()
        due = [name for name, at in self._due.items() if at <= now]
        if not due or not await lease.acquire(
            self._store, "jobs", self._holder, now=now, seconds=LEASE_SECONDS
        ):
            return
        for name in due:
            interval, job = self._jobs[name]
            try:
                await job(self._clock())
            except Conflict:
                continue
            self._due[name] = now + interval
