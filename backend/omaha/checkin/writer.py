"""Writes what machines report: one transaction at a time, each with everything that arrived
while the last one ran. So batches are as large as the load needs and no check ever waits on
a timer.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from msgspec.structs import replace

from backend.omaha.checkin.memory import CounterSnapshots, MachineCache
from backend.omaha.checkin.metrics import (
    BATCH_REPORTS,
    BATCH_RETRIES,
    BATCH_SECONDS,
    BATCH_WAIT_SECONDS,
    worked_off,
)
from backend.omaha.checkin.news import MachineNews
from backend.omaha.checkin.seen import SeenTimes
from backend.omaha.checkin.step import MachineChange, Report, RolloutMissing, step
from backend.omaha.domain.model import Arch, GrantState, Group, Reason
from backend.omaha.domain.semver import parse
from backend.omaha.policy.decision import UpdateDecision, arrived, unavailable
from backend.omaha.store.config import Config, InForce
from backend.omaha.store.contract import Key, StatusChange, StoreDown, UpdateStore, WriteConflict
from backend.omaha.store.entry import MachineEntry
from backend.omaha.store.ledger import Ledger

MAX_BATCH: Final = 256
MAX_WAITING: Final = 20_000
MAX_UNAWAITED: Final = 5_000
ATTEMPTS: Final = 8

_log = structlog.get_logger(__name__)


class Overloaded(Exception):
    """More is waiting than can be written in time; the machine should come back later."""


class GroupGone(Exception):
    """The group was deleted between the look-up and the write."""


class NowMirror(Exception):
    """The machine was registered as a mirror between the look-up and the write."""


class Item:
    """A report on its way into the database since `since` (monotonic); `done` is None when
    nobody waits."""

    __slots__ = ("done", "entry", "report", "since")

    def __init__(
        self,
        report: Report,
        entry: MachineEntry | None,
        done: asyncio.Future[UpdateDecision] | None,
    ) -> None:
        self.report = report
        self.entry = entry
        self.done = done
        self.since = time.monotonic()


class Writer:
    """See the module. `reload` renews the configuration in force."""

    def __init__(
        self,
        store: UpdateStore,
        machines: MachineCache,
        snapshots: CounterSnapshots,
        seen: SeenTimes,
        *,
        news: MachineNews,
        in_force: InForce,
        reload: Callable[[], Awaitable[None]],
    ) -> None:
        self._store = store
        self._machines = machines
        self._snapshots = snapshots
        self._seen = seen
        self._in_force = in_force
        self._news = news
        self._reload = reload
        self._queue: deque[Item] = deque()
        self._pending: set[Key] = set()
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._queue)

    async def write(self, report: Report, entry: MachineEntry | None) -> UpdateDecision:
        """Work the report off and return when it is committed. `entry` is what is remembered.
        Raises `Overloaded`, `StoreDown`, `GroupGone`, `NowMirror`."""
        if len(self._queue) >= MAX_WAITING:
            raise Overloaded("Too many machines are waiting for the database.")
        done: asyncio.Future[UpdateDecision] = asyncio.get_running_loop().create_future()
        self._add(Item(report, entry, done))
        return await done

    def note(self, report: Report, entry: MachineEntry) -> None:
        """Record later, or never when there is too much to do: it will be seen again."""
        if len(self._queue) < MAX_UNAWAITED and report.key not in self._pending:
            self._pending.add(report.key)
            self._add(Item(report, entry, None))

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._arrived.wait()
            batch = self._take()
            unawaited = [item.report.key for item in batch if item.done is None]
            oldest, began = batch[0].since if batch else 0.0, time.monotonic()
            try:
                await self._commit_all(batch)
                _measured(len(batch), oldest, began)
            except (StoreDown, Overloaded) as error:
                _log.warning("update_batch_refused", machines=len(batch), error=str(error))
                self._give_up(batch, error)
            except Exception as error:  # noqa: BLE001 (the loop must outlive one bad batch)
                _log.exception("update_batch_failed", machines=len(batch))
                self._give_up(batch, StoreDown(f"The batch failed: {error!r}"))
            finally:
                self._pending.difference_update(unawaited)

    def _give_up(self, batch: list[Item], error: Exception) -> None:
        """Nobody knows what was committed: forget, and let the machines ask again."""
        self._machines.forget(item.report.key for item in batch)
        for item in batch:
            _set_exception(item, error)

    def _add(self, item: Item) -> None:
        self._queue.append(item)
        self._arrived.set()

    def _take(self) -> list[Item]:
        """The next batch: one report per machine, in order of arrival."""
        batch: list[Item] = []
        later: list[Item] = []
        keys: set[Key] = set()
        while self._queue and len(batch) < MAX_BATCH:
            item = self._queue.popleft()
            if item.report.key in keys:
                later.append(item)
                continue
            keys.add(item.report.key)
            batch.append(item)
        self._queue.extendleft(reversed(later))
        if not self._queue:
            self._arrived.clear()
        return batch

    async def _commit_all(self, batch: list[Item]) -> None:
        for item in batch:
            known = self._machines.get(item.report.key)
            if known is not None and item.done is not None:
                item.entry = known
        batch[:] = [i for i in batch if i.done is not None or self._still_true(i)]
        for attempt in range(ATTEMPTS):
            config = self._in_force.config
            _resolve(config, batch)
            try:
                await self._commit([item for item in batch if not _settled(item)], config.version)
            except WriteConflict:
                BATCH_RETRIES.labels("conflict").inc()
                await asyncio.sleep(0.002 * attempt)
                await self._refresh(batch)
            except (_StaleConfig, RolloutMissing):
                BATCH_RETRIES.labels("configuration").inc()
                await self._reload()
            else:
                return
        raise Overloaded("Other replicas kept changing the same machines.")

    def _still_true(self, item: Item) -> bool:
        return self._machines.get(item.report.key) is item.entry

    async def _refresh(self, batch: list[Item]) -> None:
        """Read every machine again; what nobody waits for is dropped."""
        keys = [item.report.key for item in batch]
        self._machines.forget(keys)
        found = await self._store.load(keys)
        batch[:] = [item for item in batch if item.done is not None]
        for item in batch:
            item.entry = found.get(item.report.key)

    async def _commit(self, batch: list[Item], config_version: int) -> None:
        """`config_version` is that of the configuration the reports were resolved with: a
        newer one may have been loaded since, and must not be taken for it."""
        groups, rollouts = _needs(batch)
        async with self._store.transaction() as tx:
            if any(item.entry is None for item in batch):
                await tx.admit()
            locked = await tx.lock(sorted(groups), sorted(rollouts))
            if locked.config_version != config_version:
                raise _StaleConfig
            ledger = Ledger(locked.counters, locked.rollouts)
            changes = [step(item.report, item.entry, ledger) for item in batch]
            written = [change for change in changes if change.dirty]
            ids: dict[Key, int] = {}
            await tx.confirm([c.new for c in changes if _offered_again(c)])
            if written:
                await tx.update([change.new for change in written if change.old is not None])
                ids = await tx.insert([change.new for change in written if change.old is None])
                await tx.append(_history(written, ids), [])
                await tx.notify([c.new.key for c in written if _grant_changed(c)])
            await tx.append([], [note for change in changes for note in change.events])
            await tx.settle(ledger)
        self._remember(batch, changes, ids, ledger)

    def _remember(
        self, batch: list[Item], changes: list[MachineChange], ids: dict[Key, int], ledger: Ledger
    ) -> None:
        for item, change in zip(batch, changes, strict=True):
            new = change.new
            if change.old is None:
                new = replace(new, id=ids[new.key])
            elif change.dirty:
                new = replace(new, version=new.version + 1)
            self._machines.put(new)
            if not change.dirty:
                self._seen.add(new, item.report.now)
            if item.done is not None and not item.done.done():
                item.done.set_result(change.decision)
            worked_off(item.report.app.events, change)
        self._news.changed(change.new.key for change in changes if change.dirty)
        groups = {item.report.group.id: item.report.group for item in batch}
        self._snapshots.take(ledger, groups.values(), time.time())


class _StaleConfig(Exception):
    """The configuration changed since it was read."""


def _measured(reports: int, oldest: float, began: float) -> None:
    if reports:
        now = time.monotonic()
        BATCH_REPORTS.observe(reports)
        BATCH_SECONDS.observe(now - began)
        BATCH_WAIT_SECONDS.observe(now - oldest)


def _resolve(config: Config, batch: list[Item]) -> None:
    """Give every report the group as it is configured now. Of a mirror's nothing is written."""
    batch[:] = [i for i in batch if i.done is not None or i.report.key not in config.mirrors]
    for item in batch:
        if _settled(item):
            continue
        if item.report.key in config.mirrors:
            _set_exception(item, NowMirror("It was registered as a mirror."))
            continue
        group = find_group(config, item.report, item.entry)
        if group is None:
            _set_exception(item, GroupGone("The group was deleted."))
        else:
            item.report.group = group


def find_group(config: Config, report: Report, entry: MachineEntry | None) -> Group | None:
    """The machine's group: where an operator put it, else by track and architecture."""
    if entry is not None and entry.pinned:
        return config.groups.get(entry.group_id)
    return config.find(report.application_id, report.app.track, Arch(report.app.arch))


def is_candidate(report: Report) -> bool:
    """Whether this check might be granted something, so that counters must be locked."""
    group = report.group
    if not report.app.check or report.settled is not None or not group.policy.enabled:
        return False
    if unavailable(group) is not Reason.NONE or group.target is None:
        return False
    return arrived(parse(report.app.release), group.target, group.policy) is Reason.NONE


def _needs(batch: list[Item]) -> tuple[set[int], set[int]]:
    groups: set[int] = set()
    rollouts: set[int] = set()
    for item in batch:
        entry, group = item.entry, item.report.group
        if (
            entry is not None
            and entry.grant_state != GrantState.NONE
            and entry.rollout_id is not None
        ):
            groups.add(entry.group_id)
            rollouts.add(entry.rollout_id)
        if is_candidate(item.report):
            groups.add(group.id)
            if group.rollout is not None:
                rollouts.add(group.rollout.id)
    return groups, rollouts


def _history(changes: list[MachineChange], ids: dict[Key, int]) -> list[StatusChange]:
    return [
        replace(item, instance_id=item.instance_id or ids[item.key])
        for change in changes
        for item in change.history
    ]


def _offered_again(change: MachineChange) -> bool:
    """Whether an offer stands on a row that is not written: an operator may have moved the machine
    meanwhile, and what this process remembers may be older."""
    return not change.dirty and change.decision.package is not None


def _grant_changed(change: MachineChange) -> bool:
    old = change.old
    return old is not None and (
        old.grant_state != change.new.grant_state or old.group_id != change.new.group_id
    )


def _settled(item: Item) -> bool:
    return item.done is not None and item.done.done()


def _set_exception(item: Item, error: Exception) -> None:
    if item.done is not None and not item.done.done():
        item.done.set_exception(error)
