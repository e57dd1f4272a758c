"""What a replica remembers: machines, who was seen, and counters for a moment.

A hint, never the truth: every write is guarded by the row's version, so a stale memory costs
a second try, not a wrong count. Memory of machines is bounded; the oldest go first.
"""

from __future__ import annotations

from collections.abc import Iterable
from sys import intern
from typing import Final

import msgspec

from backend.omaha.domain.model import Counters, Group
from backend.omaha.store.contract import Key
from backend.omaha.store.entry import MachineEntry
from backend.omaha.store.ledger import CounterState, Ledger

FRESH_SECONDS: Final = 0.25
"""How long counters read under lock may answer that a limit is reached."""

_SHARED: Final = ("release", "track", "oem", "oem_version", "aleph_version", "platform")


class MachineCache:
    """At most `limit` machines' rows; about 700 bytes each."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rows: dict[Key, MachineEntry] = {}
        self.get = self._rows.get

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, entry: MachineEntry) -> None:
        """Remember a row as it is in the database."""
        for name in _SHARED:
            setattr(entry, name, intern(getattr(entry, name)))
        if len(self._rows) >= self._limit and entry.key not in self._rows:
            del self._rows[next(iter(self._rows))]
        self._rows[entry.key] = entry

    def forget(self, keys: Iterable[Key]) -> None:
        """Read these afresh next time."""
        for key in keys:
            self._rows.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()


class CounterSnapshot(msgspec.Struct):
    """A group's counters and rollout as they were under lock at `at`."""

    at: float
    group: Group
    state: CounterState

    def counters(self, now: float) -> Counters:
        """The counts the policy compares with its limits."""
        return self.state.seen(self.group.policy.period_seconds, now)


class CounterSnapshots:
    """The latest snapshot of each group; only holds may be decided by them, never grants."""

    def __init__(self) -> None:
        self._by_group: dict[int, CounterSnapshot] = {}

    def take(self, ledger: Ledger, groups: Iterable[Group], at: float) -> None:
        """Keep what a transaction has seen and written."""
        for group in groups:
            state = ledger.counters.get(group.id)
            rollout = group.rollout and ledger.rollouts.get(group.rollout.id)
            if state is not None and rollout is not None:
                self._by_group[group.id] = CounterSnapshot(at, group.at(rollout), state)

    def fresh(self, group: Group, now: float) -> CounterSnapshot | None:
        """A snapshot of `group` that may still be used."""
        snapshot = self._by_group.get(group.id)
        if snapshot is None or not 0 <= now - snapshot.at <= FRESH_SECONDS:
            return None
        return snapshot if snapshot.group.policy is group.policy else None

    def clear(self) -> None:
        """Forget everything."""
        self._by_group.clear()
