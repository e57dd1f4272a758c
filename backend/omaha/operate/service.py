"""Puts the update service together, starts it and stops it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog
from sqlalchemy.engine import make_url

from backend.omaha.background.jobs import Jobs
from backend.omaha.checkin.endpoint import UpdateEndpoint
from backend.omaha.checkin.engine import Engine
from backend.omaha.checkin.loader import Loader
from backend.omaha.checkin.memory import Glimpses, Machines
from backend.omaha.checkin.metrics import COLLECTOR
from backend.omaha.checkin.seen import SeenTimes
from backend.omaha.checkin.writer import Writer
from backend.omaha.rollouts import lifecycle
from backend.omaha.store.config import InForce, load
from backend.omaha.store.contract import Conflict, Notice, Store, StoreDown
from backend.omaha.store.postgres import PostgresStore
from backend.omaha.store.sqlite import SqliteStore

REMEMBERED: Final = 250_000
RETRY_SECONDS: Final = 1.0

_log = structlog.get_logger(__name__)


def open_store(url: str) -> Store:
    """The store for a SQLAlchemy URL (``sqlite+aiosqlite://`` or ``postgresql+asyncpg://``)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteStore(parsed.database or "")
    return PostgresStore(url)


class UpdateService:
    """A running update service over `store`. `endpoint` is its ASGI application; start and
    stop belong to the application's lifespan. The schema must be up to date."""

    def __init__(
        self,
        store: Store,
        *,
        suffix: str = "",
        public_url: str = "",
        remembered: int = REMEMBERED,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = store
        self.machines = Machines(remembered)
        self.glimpses = Glimpses()
        self.seen = SeenTimes(store, self.machines)
        self._loader = Loader(store, self.machines)
        self._clock = clock
        self._in_force = InForce()
        self.writer = Writer(
            store,
            self.machines,
            self.glimpses,
            self.seen,
            in_force=self._in_force,
            reload=self.reload,
        )
        engine = Engine(
            in_force=self._in_force,
            machines=self.machines,
            glimpses=self.glimpses,
            loader=self._loader,
            seen=self.seen,
            writer=self.writer,
            clock=clock,
        )
        self.endpoint = UpdateEndpoint(engine, suffix, public_url)
        self.jobs = Jobs(store, lambda: self._in_force.config, clock)
        self._reloading = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect, read the configuration, begin to work. Raises `StoreDown`."""
        await self.store.start()
        await self.reload()
        work: list[Coroutine[Any, Any, None]] = [
            self.writer.run(),
            self._loader.run(),
            self.seen.run(),
            self.store.listen(self._changed),
            self.jobs.run(),
        ]
        self._tasks = [asyncio.create_task(coroutine) for coroutine in work]
        COLLECTOR.add(self)

    async def stop(self) -> None:
        """Finish what is acknowledged, write the last-seen times, disconnect."""
        COLLECTOR.remove(self)
        for _ in range(100):
            if not len(self.writer):
                break
            await asyncio.sleep(0.02)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.seen.flush()
        await self.store.stop()

    async def healthy(self) -> bool:
        """Whether the database answers and the work goes on."""
        if any(task.done() for task in self._tasks):
            return False
        try:
            await self.store.query("SELECT 1")
        except StoreDown:
            return False
        return True

    async def reload(self) -> None:
        """Read the configuration again and open the rollouts it calls for."""
        async with self._reloading:
            config = await load(self.store)
            for group in lifecycle.missing(config):
                await self._open(group)
            if lifecycle.missing(config):
                config = await load(self.store)
            self._in_force.config = config

    async def _open(self, group: Any) -> None:
        try:
            await lifecycle.open_for(self.store, group, self._clock())
        except Conflict:
            _log.info("rollout_opened_elsewhere", group=group.name)

    async def _changed(self, notice: Notice) -> None:
        """Another replica, or an operator, changed something."""
        if notice.lost:
            self.machines.clear()
            self.glimpses.clear()
        self.machines.forget(notice.keys)
        if notice.config:
            await self._reload_until_done()

    async def _reload_until_done(self) -> None:
        while True:
            try:
                await self.reload()
            except StoreDown as error:
                _log.warning("update_configuration_not_read", error=str(error))
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return
