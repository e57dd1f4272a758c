"""A transaction over the console's own session, for what operators do to machines and
rollouts: it commits, or not, with the request and its audit record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from backend.omaha.store import announce
from backend.omaha.store import statements as sql
from backend.omaha.store.contract import FleetEvent, Key, Locked, StatusChange, WriteConflict
from backend.omaha.store.entry import CHANGING, MachineEntry, values
from backend.omaha.store.ledger import Ledger


class SessionTransaction:
    """See `store.Transaction`; the session's owner commits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._postgres = session.get_bind().dialect.name == "postgresql"

    async def query(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """See `store.Transaction.query`."""
        result = await self._run(statement, arguments)
        return [tuple(row) for row in result.fetchall()] if result.returns_rows else []

    async def admit_nobody(self) -> None:
        """From here until the commit no machine is added: wait for those that are being added.
        Call it before anything else is locked."""
        if self._postgres:
            await self.query("SELECT pg_advisory_xact_lock(?)", sql.ADMISSION)
        else:
            await self._be_the_writer()

    async def admit(self) -> None:
        """Nothing: operators add no machines."""

    async def lock(self, groups: Sequence[int], rollouts: Sequence[int]) -> Locked:
        """See `store.Transaction.lock`."""
        ending = " FOR UPDATE" if self._postgres else ""
        if not self._postgres:
            await self._be_the_writer()
        counters, held = {}, {}
        for group in groups:
            for row in await self.query(f"{sql.READ_COUNTERS} WHERE group_id = ?{ending}", group):
                counters[group] = sql.counter((row[0], row[1], row[2], row[3]))
        for rollout in rollouts:
            select = f"SELECT {sql.ROLLOUT} FROM omaha_rollout WHERE id = ?{ending}"  # noqa: S608
            for row in await self.query(select, rollout):
                held[rollout] = sql.rollout(row)
        version = await self.query(sql.READ_CONFIG)
        return Locked(version[0][0] if version else 0, counters, held)

    async def update(self, entries: Sequence[MachineEntry]) -> None:
        """See `store.Transaction.update`."""
        for entry in entries:
            done = await self.query(
                f"{sql.UPDATE_INSTANCE} RETURNING id",
                *values(entry, CHANGING),
                entry.id,
                entry.version,
            )
            if not done:
                raise WriteConflict

    async def update_locked(self, entries: Sequence[MachineEntry]) -> None:
        """Write many rows at once that this transaction has locked, and so nobody changed."""
        rows = [(*values(e, CHANGING), e.id, e.version) for e in entries]
        if rows:
            await self._run(sql.UPDATE_INSTANCE, rows)

    async def confirm(self, entries: Sequence[MachineEntry]) -> None:
        """See `store.Transaction.confirm`."""
        for entry in entries:
            query = "SELECT 1 FROM omaha_instance WHERE id = ? AND version = ?"
            if not await self.query(query, entry.id, entry.version):
                raise WriteConflict

    async def insert(self, entries: Sequence[MachineEntry]) -> dict[Key, int]:
        """Machines register themselves; operators add none."""
        if entries:
            raise WriteConflict
        return {}

    async def append(self, history: Sequence[StatusChange], events: Sequence[FleetEvent]) -> None:
        """See `store.Transaction.append`."""
        for item in history:
            await self.query(sql.INSERT_HISTORY, *msgspec.structs.astuple(item)[1:])
        for note in events:
            await self.query(sql.INSERT_EVENT, *msgspec.structs.astuple(note))

    async def settle(self, ledger: Ledger) -> None:
        """See `store.Transaction.settle`."""
        for group in sorted(ledger.touched_groups):
            await self.query(sql.UPDATE_COUNTER, *sql.counter_values(ledger.counters[group]))
        for rollout in sorted(ledger.touched_rollouts):
            await self.query(sql.UPDATE_ROLLOUT, *sql.rollout_values(ledger.rollouts[rollout]))
        for row in ledger.changed_tally():
            await self.query(sql.UPSERT_TALLY, *row)

    async def notify(self, keys: Sequence[Key]) -> None:
        """See `store.Transaction.notify`; the service of this process hears it, too."""
        announce.tell_machines(self._session, keys)

    async def announce(self) -> None:
        """See `store.Transaction.announce`."""
        await announce.announce(self._session)

    async def _be_the_writer(self) -> None:
        """SQLite has one at a time, who sees what those before it wrote."""
        await self.query("UPDATE omaha_config SET version = version WHERE id = 1")

    async def _run(self, statement: str, arguments: Any) -> CursorResult[Any]:
        """The statement as the database's driver writes it, in the session's transaction."""
        connection = await self._session.connection()
        written = sql.numbered(statement) if self._postgres else statement
        return await connection.exec_driver_sql(written, arguments)
