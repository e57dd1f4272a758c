"""The counts that must always equal a recount, and how one machine's change moves them.

Sources: reference updates 4 (counters), issue 4. A ledger is filled from rows locked in one
transaction, changed by pure functions, and written back in the same transaction.

What equals what (`recount` proves it):
- a group's `in_progress`, `timed_out`: its instances with grant OPEN, TIMED_OUT;
- a rollout's counts: the instances whose last grant was in it, by what became of it. A
  rollout that is over (aborted, superseded) keeps its result when machines go on to another;
- the tally: instances not hidden, by group, release, status.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import msgspec
from msgspec.structs import replace

from backend.omaha.domain.model import Counters, GrantState, Rollout, RolloutState
from backend.omaha.policy.limits import Bucket, granted_within
from backend.omaha.store.entry import MachineEntry

FIELD_OF: Final = {
    GrantState.OPEN: "in_progress",
    GrantState.TIMED_OUT: "timed_out",
    GrantState.SUCCEEDED: "succeeded",
    GrantState.FAILED: "failed",
    GrantState.DEFERRED: "deferred",
}
CLOSED: Final = (RolloutState.ABORTED, RolloutState.SUPERSEDED)

TallyKey = tuple[int, str, int]


class CounterState(msgspec.Struct):
    """A group's counter row in memory."""

    group_id: int
    in_progress: int = 0
    timed_out: int = 0
    buckets: list[Bucket] = []

    def seen(self, period: float, now: float) -> Counters:
        """What the policy compares with its limits."""
        return Counters(self.in_progress, granted_within(self.buckets, period, now))


class Ledger:
    """Counters and rollouts under lock, with the changes of one transaction. What was
    deleted meanwhile with its group is not counted."""

    def __init__(self, counters: dict[int, CounterState], rollouts: dict[int, Rollout]) -> None:
        self.counters = counters
        self.rollouts = rollouts
        self.tally: defaultdict[TallyKey, int] = defaultdict(int)
        self.touched_groups: set[int] = set()
        self.touched_rollouts: set[int] = set()

    def move(self, old: MachineEntry | None, new: MachineEntry | None) -> None:
        """Account for a machine changing from `old` to `new`; None is not registered."""
        self._tally(old, -1)
        self._tally(new, +1)
        if _account(old) != _account(new):
            self._group(old, -1)
            self._group(new, +1)
            self._rollout(old, new)

    def amend(self, rollout: Rollout) -> None:
        """Put a changed rollout in place."""
        self.rollouts[rollout.id] = rollout
        self.touched_rollouts.add(rollout.id)

    def changed_tally(self) -> list[tuple[int, str, int, int]]:
        """The tally's changes in key order, which is the order they must be locked in."""
        return [(*key, delta) for key, delta in sorted(self.tally.items()) if delta]

    def _tally(self, entry: MachineEntry | None, delta: int) -> None:
        if entry is not None and not entry.hidden:
            self.tally[entry.group_id, entry.release, entry.status] += delta

    def _group(self, entry: MachineEntry | None, delta: int) -> None:
        if entry is None or entry.grant_state not in (GrantState.OPEN, GrantState.TIMED_OUT):
            return
        counter = self.counters.get(entry.group_id)
        if counter is None:
            return
        if entry.grant_state == GrantState.OPEN:
            counter.in_progress += delta
        else:
            counter.timed_out += delta
        self.touched_groups.add(entry.group_id)

    def _rollout(self, old: MachineEntry | None, new: MachineEntry | None) -> None:
        before, after = _in_rollout(old), _in_rollout(new)
        if before is not None:
            stays = after is not None and after[0] == before[0]
            rollout = self.rollouts.get(before[0])
            closed = rollout is None or rollout.state in CLOSED
            if stays or not closed or before[1] == GrantState.OPEN:
                self._count(*before, -1)
        if after is not None:
            self._count(*after, +1)

    def _count(self, rollout_id: int, grant: int, delta: int) -> None:
        rollout = self.rollouts.get(rollout_id)
        if rollout is None:
            return
        name = FIELD_OF[GrantState(grant)]
        self.amend(replace(rollout, **{name: getattr(rollout, name) + delta}))


def _in_rollout(entry: MachineEntry | None) -> tuple[int, int] | None:
    if entry is None or entry.rollout_id is None or entry.grant_state == GrantState.NONE:
        return None
    return entry.rollout_id, entry.grant_state


def _account(entry: MachineEntry | None) -> tuple[int, int | None, int]:
    if entry is None or entry.grant_state == GrantState.NONE:
        return (0, None, 0)
    return (entry.group_id, entry.rollout_id, entry.grant_state)
