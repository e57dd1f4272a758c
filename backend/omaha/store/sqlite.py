"""The store over SQLite: one writer and one reader connection, each with its own thread."""

# ruff: noqa: S608 (only our own column names are put into SQL; values are arguments)
from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import msgspec

from backend.db.files import make_private
from backend.omaha.store import statements as sql
from backend.omaha.store.contract import (
    FleetEvent,
    Key,
    Locked,
    QueryFunction,
    Seen,
    StatusChange,
    StoreDown,
    Transaction,
    WriteConflict,
)
from backend.omaha.store.entry import CHANGING, INSERTED, MachineEntry, values
from backend.omaha.store.ledger import Ledger

T = TypeVar("T")

SOONEST_LOOK: Final = 0.1
LATEST_LOOK: Final = 2.0
"""Seconds until a change by another process is noticed: sooner while others write, later the
longer they did not. What this process changes needs no look: it is told."""

_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA cache_size = -65536",
)
_LOAD: Final = (
    f"SELECT {sql.INSTANCE} FROM omaha_instance WHERE (machine_id, application_id) IN"
    " (SELECT value ->> 1, value ->> 0 FROM json_each(?))"
)
_INSERT: Final = (
    f"INSERT INTO omaha_instance ({', '.join(INSERTED)})"
    f" VALUES ({', '.join('?' * len(INSERTED))}) ON CONFLICT DO NOTHING"
)
_OF_IT: Final = "AND machine_id = ?"
"""SQLite gives the id of the newest row that was deleted to the next one."""
_UNCHANGED: Final = f"SELECT 1 FROM omaha_instance WHERE id = ? AND version = ? {_OF_IT}"
_SEEN: Final = "UPDATE omaha_instance SET last_seen = ? WHERE id = ? AND version = ?"


class _Connection:
    """A connection and the one thread that uses it."""

    def __init__(self, path: str, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._path = path
        self.raw: sqlite3.Connection

    async def open(self) -> None:
        await self.run(self._open)

    async def run(self, call: Callable[..., T], *arguments: Any) -> T:
        """`call` in the connection's thread; a busy or full database is `StoreDown`."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, call, *arguments)
        except sqlite3.OperationalError as error:
            raise StoreDown(f"SQLite: {error}") from error

    async def close(self) -> None:
        await self.run(self.raw.close)
        self._thread.shutdown()

    def query(self, statement: str, arguments: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self.raw.execute(statement, arguments).fetchall()

    def _open(self) -> None:
        make_private(self._path)
        self.raw = sqlite3.connect(self._path, isolation_level=None)
        for pragma in _PRAGMAS:
            self.raw.execute(pragma)


class SqliteTransaction:
    """See `store.Transaction`. `BEGIN IMMEDIATE` is the lock.

    Each visit to the connection's thread waits for the interpreter lock, so writes whose
    result nobody needs are kept until the next visit, at the latest the commit's.
    """

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._kept: list[Callable[[], object]] = [self._begin]
        self._begun = False
        self.announced = False

    async def query(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """See `store.Transaction.query`."""
        return await self._visit(lambda: self._connection.query(statement, arguments))

    async def admit(self) -> None:
        """Nothing: there is one writer."""

    async def lock(self, groups: Sequence[int], rollouts: Sequence[int]) -> Locked:
        """See `store.Transaction.lock`."""
        return await self._visit(lambda: self._lock(groups, rollouts))

    async def update(self, entries: Sequence[MachineEntry]) -> None:
        """See `store.Transaction.update`; the conflict shows at the next visit."""
        rows = [(*values(e, CHANGING), e.id, e.version, e.machine_id) for e in entries]
        self._keep(f"{sql.UPDATE_INSTANCE} {_OF_IT}", rows, exact=True)

    async def confirm(self, entries: Sequence[MachineEntry]) -> None:
        """See `store.Transaction.confirm`; the conflict shows at the next visit."""
        rows = [(entry.id, entry.version, entry.machine_id) for entry in entries]
        if rows:
            self._kept.append(lambda: self._confirm(rows))

    async def insert(self, entries: Sequence[MachineEntry]) -> dict[Key, int]:
        """See `store.Transaction.insert`."""
        return await self._visit(lambda: self._insert(entries)) if entries else {}

    async def append(self, history: Sequence[StatusChange], events: Sequence[FleetEvent]) -> None:
        """See `store.Transaction.append`."""
        self._keep(sql.INSERT_HISTORY, [msgspec.structs.astuple(item)[1:] for item in history])
        self._keep(sql.INSERT_EVENT, [msgspec.structs.astuple(item) for item in events])

    async def settle(self, ledger: Ledger) -> None:
        """See `store.Transaction.settle`."""
        groups = [sql.counter_values(ledger.counters[g]) for g in ledger.touched_groups]
        self._keep(sql.UPDATE_COUNTER, groups)
        rollouts = [sql.rollout_values(ledger.rollouts[r]) for r in ledger.touched_rollouts]
        self._keep(sql.UPDATE_ROLLOUT, rollouts)
        self._keep(sql.UPSERT_TALLY, ledger.changed_tally())

    async def notify(self, keys: Sequence[Key]) -> None:
        """Nothing: another process sees `data_version` change."""

    async def announce(self) -> None:
        """Have `watch` look at the configuration as soon as this is committed."""
        self.announced = True

    async def commit(self) -> None:
        """Make it durable."""
        await self._visit(lambda: self._connection.query("COMMIT", ()))

    async def roll_back(self) -> None:
        """Undo what was begun, if it was."""
        await self._connection.run(self._undo)

    async def _visit(self, call: Callable[[], T]) -> T:
        kept, self._kept = self._kept, []

        def run() -> T:
            for write in kept:
                write()
            return call()

        return await self._connection.run(run)

    def _keep(
        self, statement: str, rows: Sequence[tuple[Any, ...]], *, exact: bool = False
    ) -> None:
        if rows:
            self._kept.append(lambda: self._execute(statement, rows, exact))

    def _begin(self) -> None:
        self._connection.query("BEGIN IMMEDIATE", ())
        self._begun = True

    def _undo(self) -> None:
        if self._begun and self._connection.raw.in_transaction:
            self._connection.query("ROLLBACK", ())

    def _execute(self, statement: str, rows: Sequence[tuple[Any, ...]], exact: bool) -> None:
        done = self._connection.raw.executemany(statement, rows)
        if exact and done.rowcount != len(rows):
            raise WriteConflict

    def _confirm(self, rows: Sequence[tuple[int, int, str]]) -> None:
        if not all(self._connection.query(_UNCHANGED, row) for row in rows):
            raise WriteConflict

    def _insert(self, entries: Sequence[MachineEntry]) -> dict[Key, int]:
        ids: dict[Key, int] = {}
        for entry in entries:
            done = self._connection.raw.execute(_INSERT, values(entry, INSERTED))
            if done.rowcount != 1 or done.lastrowid is None:
                raise WriteConflict
            ids[entry.key] = done.lastrowid
        return ids

    def _lock(self, groups: Sequence[int], rollouts: Sequence[int]) -> Locked:
        fetch = self._connection.query
        counters = fetch(f"{sql.READ_COUNTERS} WHERE group_id IN ({_marks(groups)})", list(groups))
        held = fetch(
            f"SELECT {sql.ROLLOUT} FROM omaha_rollout WHERE id IN ({_marks(rollouts)})",
            list(rollouts),
        )
        version = fetch(sql.READ_CONFIG, ())
        return Locked(
            version[0][0] if version else 0,
            {row[0]: sql.counter(row) for row in counters},
            {row[0]: sql.rollout(row) for row in held},
        )


class SqliteStore:
    """See `store.Store`. `path` is the database file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._writer = _Connection(path, "omaha-write")
        self._reader = _Connection(path, "omaha-read")
        self._turn = asyncio.Lock()
        self._announced = asyncio.Event()

    async def start(self) -> None:
        """See `store.Store.start`."""
        await self._writer.open()
        await self._reader.open()

    async def stop(self) -> None:
        """See `store.Store.stop`."""
        async with self._turn:
            await self._writer.close()
        await self._reader.close()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """See `store.Store.transaction`."""
        async with self._turn:
            tx = SqliteTransaction(self._writer)
            try:
                yield tx
                await tx.commit()
            except BaseException:
                await asyncio.shield(tx.roll_back())
                raise
            if tx.announced:
                self._announced.set()

    async def query(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """See `store.Store.query`."""
        return await self._reader.run(self._reader.query, statement, arguments)

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator[QueryFunction]:
        """See `store.Store.snapshot`."""
        reader = _Connection(self._path, "omaha-snapshot")
        await reader.open()

        async def query(statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
            return await reader.run(reader.query, statement, arguments)

        try:
            await query("BEGIN")
            yield query
        finally:
            await reader.close()

    async def load(self, keys: Sequence[Key]) -> dict[Key, MachineEntry]:
        """See `store.Store.load`."""
        wanted = msgspec.json.encode(keys).decode()
        rows = await self._reader.run(self._reader.query, _LOAD, (wanted,))
        return {(row[1], row[2]): MachineEntry(*row) for row in rows}

    async def seen(self, rows: Sequence[Seen]) -> set[int]:
        """See `store.Store.seen`."""
        async with self._turn:
            return await self._writer.run(self._seen, rows)

    async def watch(self, config: Callable[[], None], others: Callable[[], None]) -> None:
        """Look until cancelled whether the configuration changed, and whether another connection
        has committed: processes that share a file share no bus."""
        before: tuple[int, int] | None = None
        pause = SOONEST_LOOK
        while True:
            self._announced.clear()
            async with self._turn:
                now = await self._writer.run(self._watermarks)
            pause = SOONEST_LOOK if now != before else min(LATEST_LOOK, 2 * pause)
            if before is not None and now[0] != before[0]:
                others()
            if before is None or now[1] != before[1]:
                config()
            before = now
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._announced.wait()

    def _watermarks(self) -> tuple[int, int]:
        """Another connection's last commit, and the configuration's version."""
        fetch = self._writer.query
        config = fetch(sql.READ_CONFIG, ())
        return fetch("PRAGMA data_version", ())[0][0], config[0][0] if config else 0

    def _seen(self, rows: Sequence[Seen]) -> set[int]:
        raw = self._writer.raw
        done = set()
        raw.execute("BEGIN IMMEDIATE")
        for identity, version, at in sorted(rows):
            if raw.execute(_SEEN, (at, identity, version)).rowcount:
                done.add(identity)
        raw.execute("COMMIT")
        return done


def _marks(items: Sequence[Any]) -> str:
    return ", ".join("?" * len(items))
