"""What the engine asks of a database; PostgreSQL and SQLite answer alike.

Locks are always taken in one order: admission, counters by group, rollouts by id, instances,
tally by key. A transaction that meets somebody else's newer row raises `WriteConflict` and is
done again from fresh reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

import msgspec

from backend.omaha.domain.model import FleetEventKind, Rollout, Severity
from backend.omaha.store.entry import MachineEntry
from backend.omaha.store.ledger import CounterState, Ledger

__all__ = [
    "ROLLOUT_COLUMNS",
    "FleetEvent",
    "Locked",
    "QueryFunction",
    "Seen",
    "StatusChange",
    "StoreDown",
    "Transaction",
    "UpdateStore",
    "WriteConflict",
]

Key = tuple[int, str]
Seen = tuple[int, int, float]
"""Instance id, the row version it is remembered with, and when it was seen."""

ROLLOUT_COLUMNS: Final[tuple[str, ...]] = Rollout.__struct_fields__


class QueryFunction(Protocol):
    """Runs one statement written with `?` for each argument; its rows."""

    async def __call__(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Run it."""


class WriteConflict(Exception):
    """Another replica was faster: nothing was written; read afresh and decide again."""


class StoreDown(Exception):
    """The database cannot be reached or refused; nothing was acknowledged."""


class StatusChange(msgspec.Struct, frozen=True):
    """A machine entered a status. `key` finds the id of a row inserted in the same batch."""

    key: Key
    instance_id: int
    group_id: int
    rollout_id: int | None
    at: float
    status: int
    release: str
    reason: int
    error_code: int | None


class FleetEvent(msgspec.Struct, frozen=True):
    """An entry for people; ids that are None do not concern it."""

    at: float
    kind: FleetEventKind
    severity: Severity
    application_id: int | None = None
    group_id: int | None = None
    channel_id: int | None = None
    rollout_id: int | None = None
    instance_id: int | None = None
    machine_id: str = ""
    release: str = ""
    error_code: int | None = None
    detail: str = ""


class Locked(msgspec.Struct):
    """What a transaction holds: the configuration's version, counters and rollouts."""

    config_version: int
    counters: dict[int, CounterState]
    rollouts: dict[int, Rollout]


class Transaction(Protocol):
    """One atomic change. Leaving the context normally commits durably."""

    async def admit(self) -> None:
        """Call first where machines will be inserted: whoever must be sure that none is
        (`SessionTransaction.admit_nobody`) waits for the commit."""

    async def lock(self, groups: Sequence[int], rollouts: Sequence[int]) -> Locked:
        """Lock the counters of `groups` and the rollouts, in ascending order."""

    async def query(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Run one statement written with `?` for each argument; its rows."""

    async def update(self, entries: Sequence[MachineEntry]) -> None:
        """Write rows whose `version` is the one they were read with; the database raises it.
        Raises `WriteConflict` when one of them changed meanwhile."""

    async def confirm(self, entries: Sequence[MachineEntry]) -> None:
        """Nothing is written of these rows, but something is promised by them. Raises
        `WriteConflict` when one of them is not of the `version` it was read with any more."""

    async def insert(self, entries: Sequence[MachineEntry]) -> dict[Key, int]:
        """Add rows; their ids. Raises `WriteConflict` when one of them exists."""

    async def append(self, history: Sequence[StatusChange], events: Sequence[FleetEvent]) -> None:
        """Add to the records."""

    async def settle(self, ledger: Ledger) -> None:
        """Write the counters, rollouts and tally that changed."""

    async def notify(self, keys: Sequence[Key]) -> None:
        """Tell other replicas on commit to forget these machines (where the bus reaches any)."""

    async def announce(self) -> None:
        """Tell every replica on commit to reload the configuration."""


class UpdateStore(Protocol):
    """A database of the update service."""

    async def start(self) -> None:
        """Connect; raises `StoreDown`."""

    async def stop(self) -> None:
        """Close every connection."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A serialised change; see `Transaction`."""

    async def load(self, keys: Sequence[Key]) -> dict[Key, MachineEntry]:
        """The machines among `keys` that are registered, unlocked."""

    async def query(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Read outside a transaction; `?` for each argument."""

    def snapshot(self) -> AbstractAsyncContextManager[QueryFunction]:
        """Read many rows as they were at one moment, without holding anybody up."""

    async def seen(self, rows: Sequence[Seen]) -> set[int]:
        """Record last-seen times; the ids whose version still held. Durable soon, not now."""
