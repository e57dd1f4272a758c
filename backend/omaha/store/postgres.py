"""The store over PostgreSQL: asyncpg, whole batches as arrays, notices between replicas."""

# ruff: noqa: S608 (only our own column names are put into SQL; values are arguments)
from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import asyncpg
import msgspec

from backend.db.fence import HELD, STILL_HELD, LeaseLost
from backend.db.notice import CHANNEL, encode
from backend.omaha.store import statements as sql
from backend.omaha.store.announce import CONFIG, GRANTS, key_text
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
from backend.omaha.store.entry import CHANGING, COLUMNS, INSERTED, MachineEntry
from backend.omaha.store.ledger import Ledger

_TYPES: Final = {
    **dict.fromkeys(INSERTED, "int4"),
    **dict.fromkeys(("created_at", "last_seen", "status_at", "granted_at", "expires_at"), "float8"),
    **dict.fromkeys(("pinned", "hidden", "named"), "bool"),
    **dict.fromkeys(
        ("machine_id", "release", "track", "granted_release", "name", "ip", "platform"),
        "text",
    ),
    **dict.fromkeys(
        ("oem", "oem_version", "aleph_version"),
        "text",
    ),
}


def _arrays(types: Sequence[str]) -> str:
    return ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types, 1))


_LOAD: Final = (
    f"SELECT {', '.join('i.' + c for c in COLUMNS)} FROM omaha_instance i"
    " JOIN unnest($1::int4[], $2::text[]) AS k(application_id, machine_id)"
    " ON i.machine_id = k.machine_id AND i.application_id = k.application_id"
)
_UPDATE: Final = (
    f"UPDATE omaha_instance i SET {', '.join(f'{c} = s.{c}' for c in CHANGING)},"
    " version = i.version + 1 FROM unnest("
    f"{_arrays(['int8', 'int4', *(_TYPES[c] for c in CHANGING)])}"
    f") AS s(id, version, {', '.join(CHANGING)})"
    " WHERE i.id = s.id AND i.version = s.version"
)
_UNCHANGED: Final = (
    "SELECT count(*) FROM omaha_instance i JOIN unnest($1::int8[], $2::int4[]) AS s(id, version)"
    " ON i.id = s.id AND i.version = s.version"
)
_INSERT: Final = (
    f"INSERT INTO omaha_instance ({', '.join(INSERTED)})"
    f" SELECT * FROM unnest({_arrays([_TYPES[c] for c in INSERTED])})"
    " ON CONFLICT (machine_id, application_id) DO NOTHING RETURNING application_id, machine_id, id"
)
_SEEN: Final = (
    "UPDATE omaha_instance i SET last_seen = s.at"
    " FROM unnest($1::int8[], $2::int4[], $3::float8[]) AS s(id, version, at)"
    " WHERE i.id = s.id AND i.version = s.version RETURNING i.id"
)
_STILL_HELD: Final = STILL_HELD.replace(":name", "$1").replace(":number", "$2")
_RETRY: Final = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
)
_DOWN: Final = (
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    asyncpg.QueryCanceledError,
    OSError,
    TimeoutError,
)


class PostgresTransaction:
    """See `store.Transaction`."""

    def __init__(self, connection: Any, origin: str) -> None:
        self._connection = connection
        self._origin = origin

    async def query(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """See `store.Transaction.query`."""
        rows = await self._connection.fetch(sql.numbered(statement), *arguments)
        return [tuple(row) for row in rows]

    async def admit(self) -> None:
        """See `store.Transaction.admit`."""
        await self._connection.fetch("SELECT pg_advisory_xact_lock_shared($1)", sql.ADMISSION)

    async def lock(self, groups: Sequence[int], rollouts: Sequence[int]) -> Locked:
        """See `store.Transaction.lock`."""
        fetch = self._connection.fetch
        counters = {}
        if groups:
            rows = await fetch(
                f"{sql.READ_COUNTERS} WHERE group_id = ANY($1::int4[])"
                " ORDER BY group_id FOR UPDATE",
                list(groups),
            )
            counters = {row[0]: sql.counter(row) for row in rows}
        held = {}
        if rollouts:
            rows = await fetch(
                f"SELECT {sql.ROLLOUT} FROM omaha_rollout WHERE id = ANY($1::int4[])"
                " ORDER BY id FOR UPDATE",
                list(rollouts),
            )
            held = {row[0]: sql.rollout(tuple(row)) for row in rows}
        version = await self._connection.fetchval(sql.READ_CONFIG)
        return Locked(version or 0, counters, held)

    async def update(self, entries: Sequence[MachineEntry]) -> None:
        """See `store.Transaction.update`."""
        if not entries:
            return
        ordered = sorted(entries, key=lambda entry: entry.id)
        columns = [
            [getattr(entry, name) for entry in ordered] for name in ("id", "version", *CHANGING)
        ]
        done = await self._connection.execute(_UPDATE, *columns)
        if int(done.rpartition(" ")[2]) != len(ordered):
            raise WriteConflict

    async def confirm(self, entries: Sequence[MachineEntry]) -> None:
        """See `store.Transaction.confirm`."""
        if not entries:
            return
        columns = [entry.id for entry in entries], [entry.version for entry in entries]
        if await self._connection.fetchval(_UNCHANGED, *columns) != len(entries):
            raise WriteConflict

    async def insert(self, entries: Sequence[MachineEntry]) -> dict[Key, int]:
        """See `store.Transaction.insert`."""
        if not entries:
            return {}
        ordered = sorted(entries, key=lambda entry: entry.key)
        columns = [[getattr(entry, name) for entry in ordered] for name in INSERTED]
        rows = await self._connection.fetch(_INSERT, *columns)
        if len(rows) != len(ordered):
            raise WriteConflict
        return {(row[0], row[1]): row[2] for row in rows}

    async def append(self, history: Sequence[StatusChange], events: Sequence[FleetEvent]) -> None:
        """See `store.Transaction.append`."""
        if history:
            rows = [msgspec.structs.astuple(item)[1:] for item in history]
            await self._connection.executemany(sql.numbered(sql.INSERT_HISTORY), rows)
        if events:
            rows = [msgspec.structs.astuple(item) for item in events]
            await self._connection.executemany(sql.numbered(sql.INSERT_EVENT), rows)

    async def settle(self, ledger: Ledger) -> None:
        """See `store.Transaction.settle`."""
        many = self._connection.executemany
        if ledger.touched_groups:
            changed = [ledger.counters[group] for group in sorted(ledger.touched_groups)]
            rows = [sql.counter_values(state) for state in changed]
            await many(sql.numbered(sql.UPDATE_COUNTER), rows)
        if ledger.touched_rollouts:
            held = [ledger.rollouts[key] for key in sorted(ledger.touched_rollouts)]
            await many(sql.numbered(sql.UPDATE_ROLLOUT), [sql.rollout_values(r) for r in held])
        tally = ledger.changed_tally()
        if tally:
            await many(sql.numbered(sql.UPSERT_TALLY), tally)

    async def notify(self, keys: Sequence[Key]) -> None:
        """See `store.Transaction.notify`."""
        if keys:
            await self._tell(encode(self._origin, GRANTS, map(key_text, keys)))

    async def announce(self) -> None:
        """See `store.Transaction.announce`; without an origin, this replica hears it too."""
        await self._tell(encode("", CONFIG, None))

    async def _tell(self, payloads: Sequence[str]) -> None:
        for payload in payloads:
            await self._connection.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)


class PostgresStore:
    """See `store.Store`. `url` as SQLAlchemy writes it (``postgresql+asyncpg://``); `origin` is
    that of this process' bus, which does not hear what it told itself."""

    def __init__(self, url: str, origin: str = "") -> None:
        self._dsn = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._pool: Any = None
        self._origin = origin

    async def start(self) -> None:
        """See `store.Store.start`."""
        with _translated():
            self._pool = await asyncpg.create_pool(
                self._dsn, min_size=2, max_size=8, command_timeout=30, timeout=10
            )

    async def stop(self) -> None:
        """See `store.Store.stop`."""
        if self._pool is not None:
            with contextlib.suppress(*_DOWN):
                async with asyncio.timeout(5):
                    await self._pool.close()
            self._pool = None

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """See `store.Store.transaction`."""
        with _translated():
            async with self._pool.acquire() as connection, connection.transaction():
                yield PostgresTransaction(connection, self._origin)
                await _check_lease(connection)

    async def query(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """See `store.Store.query`."""
        with _translated():
            rows = await self._pool.fetch(sql.numbered(statement), *arguments)
            return [tuple(row) for row in rows]

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator[QueryFunction]:
        """See `store.Store.snapshot`."""
        connection = await self._connected()
        try:
            with _translated():
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    yield _query_of(connection)
        finally:
            connection.terminate()

    async def load(self, keys: Sequence[Key]) -> dict[Key, MachineEntry]:
        """See `store.Store.load`."""
        with _translated():
            rows = await self._pool.fetch(_LOAD, [k[0] for k in keys], [k[1] for k in keys])
        return {(row[1], row[2]): MachineEntry(*row) for row in rows}

    async def seen(self, rows: Sequence[Seen]) -> set[int]:
        """See `store.Store.seen`. Loss at a crash is accepted, so the commit does not wait."""
        ordered = sorted(rows)
        columns = [list(column) for column in zip(*ordered, strict=True)]
        with _translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute("SET LOCAL synchronous_commit = off")
                done = await connection.fetch(_SEEN, *columns)
        return {row[0] for row in done}

    async def _connected(self) -> Any:
        """A connection of its own, without the pool's limit of time per statement."""
        with _translated():
            return await asyncpg.connect(self._dsn, timeout=10)


async def _check_lease(connection: Any) -> None:
    """Work under a lease (the sweeps) commits only while it is held; see `backend.db.fence`."""
    held = HELD.get()
    if held is not None:
        done = await connection.execute(_STILL_HELD, held.name, held.number)
        if done != "UPDATE 1":
            raise LeaseLost(held.name)


def _query_of(connection: Any) -> QueryFunction:
    async def query(statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        rows = await connection.fetch(sql.numbered(statement), *arguments)
        return [tuple(row) for row in rows]

    return query


@contextlib.contextmanager
def _translated() -> Any:
    try:
        yield
    except _RETRY as error:
        raise WriteConflict from error
    except _DOWN as error:
        raise StoreDown(f"PostgreSQL: {error}") from error
