"""Puts the update service together, starts it and stops it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import structlog
from msgspec.structs import replace
from sqlalchemy.engine import make_url

from backend.db.bus import Bus
from backend.db.notice import Notice
from backend.jobs import Leases, Loop, Supervisor
from backend.omaha.background.schedule import TICK_SECONDS, Sweeps
from backend.omaha.checkin.endpoint import UpdateEndpoint
from backend.omaha.checkin.engine import Engine
from backend.omaha.checkin.loader import Loader
from backend.omaha.checkin.memory import CounterSnapshots, MachineCache
from backend.omaha.checkin.metrics import COLLECTOR
from backend.omaha.checkin.news import MachineNews
from backend.omaha.checkin.seen import SeenTimes
from backend.omaha.checkin.traces import Traces
from backend.omaha.checkin.writer import Writer
from backend.omaha.rollouts import lifecycle
from backend.omaha.store.announce import CONFIG, GRANTS, MACHINES, key_of
from backend.omaha.store.config import InForce, load
from backend.omaha.store.contract import StoreDown, UpdateStore, WriteConflict
from backend.omaha.store.postgres import PostgresStore
from backend.omaha.store.sqlite import SqliteStore

REMEMBERED: Final = 250_000
RETRY_SECONDS: Final = 1.0

_log = structlog.get_logger(__name__)


def open_store(url: str, origin: str = "") -> UpdateStore:
    """The store for a SQLAlchemy URL (``sqlite+aiosqlite://`` or ``postgresql+asyncpg://``).
    `origin` is that of the bus in this process."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteStore(parsed.database or "")
    return PostgresStore(url, origin)


class UpdateService:
    """A running update service over the database at `url`. `endpoint` is its ASGI application;
    start and stop belong to the application's lifespan, and so does running the `bus` it hears
    other replicas on. The schema must be up to date."""

    def __init__(
        self,
        url: str,
        bus: Bus,
        leases: Leases,
        *,
        suffix: str = "",
        public_url: str = "",
        default_track: str = "",
        remembered: int = REMEMBERED,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = store = open_store(url, bus.origin)
        self._bus = bus
        self.machines = MachineCache(remembered)
        self.snapshots = CounterSnapshots()
        self._news = MachineNews(bus)
        self.seen = SeenTimes(store, self.machines, self._news)
        self.traces = Traces(store, bus, clock)
        self._loader = Loader(store, self.machines)
        self._clock = clock
        self._in_force = InForce()
        self._default_track = default_track
        self.writer = Writer(
            store,
            self.machines,
            self.snapshots,
            self.seen,
            news=self._news,
            in_force=self._in_force,
            reload=self.reload,
        )
        engine = Engine(
            in_force=self._in_force,
            machines=self.machines,
            snapshots=self.snapshots,
            loader=self._loader,
            seen=self.seen,
            writer=self.writer,
            traces=self.traces,
            clock=clock,
        )
        self.endpoint = UpdateEndpoint(engine, self.traces, suffix, public_url)
        self.sweeps = Sweeps(store, lambda: self._in_force.config, clock)
        self.supervisor = Supervisor()
        self._leases = leases
        self._reloading = asyncio.Lock()
        self._outdated = asyncio.Event()
        self._subscriptions: list[Callable[[], None]] = []

    async def start(self) -> None:
        """Connect, read the configuration, begin to work. Raises `StoreDown`."""
        await self.store.start()
        await self.reload()
        self._subscriptions = [
            self._bus.subscribe(CONFIG, lambda _: self._outdated.set()),
            self._bus.subscribe(GRANTS, self._grants_changed),
        ]
        for loop in self._loops():
            self.supervisor.add(loop, self._leases)
        await self.supervisor.start()
        COLLECTOR.add(self)

    async def stop(self) -> None:
        """Finish what is acknowledged, write the last-seen times, disconnect."""
        COLLECTOR.remove(self)
        for unsubscribe in self._subscriptions:
            unsubscribe()
        for _ in range(100):
            if not len(self.writer):
                break
            await asyncio.sleep(0.02)
        await self.supervisor.stop()
        await self.seen.flush()
        await self.traces.flush()
        await self.store.stop()

    def _loops(self) -> list[Loop]:
        loops = [
            Loop("updates-writer", self.writer.run),
            Loop("updates-loader", self._loader.run),
            Loop("updates-seen", self.seen.run),
            Loop("updates-news", self._news.run),
            Loop("updates-traces", self.traces.run),
            Loop("updates-config", self._keep_current),
            Loop(
                "updates-sweeps",
                self.sweeps.tick,
                every=TICK_SECONDS,
                delay=TICK_SECONDS,
                # Sweeps are repeatable. On SQLite a lease would cost more than it saves: each of
                # its writes looks to the store like another process's, which may have changed
                # any machine that is remembered.
                single=not isinstance(self.store, SqliteStore),
            ),
        ]
        if isinstance(self.store, SqliteStore):
            watch = partial(self.store.watch, self._outdated.set, self._others_wrote)
            loops.append(Loop("updates-file", watch))
        return loops

    async def healthy(self) -> bool:
        """Whether the database answers and the work goes on."""
        if self.supervisor.failing:
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
            self._in_force.config = replace(config, default_track=self._default_track)

    async def _open(self, group: Any) -> None:
        try:
            await lifecycle.open_for(self.store, group, self._clock())
        except WriteConflict:
            _log.info("rollout_opened_elsewhere", group=group.name)

    def _grants_changed(self, notice: Notice) -> None:
        """Another replica, or an operator, changed machines; without keys, notices were lost."""
        if notice.keys is None:
            self._forget_all()
        else:
            self.machines.forget([key_of(key) for key in notice.keys])

    def _others_wrote(self) -> None:
        """Another process wrote into the file, who knows what."""
        self._forget_all()
        self._bus.tell(Notice(MACHINES))

    def _forget_all(self) -> None:
        self.machines.clear()
        self.snapshots.clear()

    async def _keep_current(self) -> None:
        """Read the configuration again whenever it changed, until cancelled."""
        while True:
            await self._outdated.wait()
            self._outdated.clear()
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
