"""Proves the counters: counts everything afresh, and heals what differs.

Sources: reference updates 4 ("a recount reports drift"); issue 4. Both sides are read in one
snapshot, so nothing is locked while millions of rows are counted; a difference is the same
later, so it is corrected by adding it under lock.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace

from backend.omaha.domain.model import FleetEventKind, GrantState, Severity
from backend.omaha.store.contract import FleetEvent, QueryFunction, UpdateStore
from backend.omaha.store.ledger import FIELD_OF, Ledger

_log = structlog.get_logger(__name__)

LIVE: Final = "state IN (1, 2, 4, 5)"


class Drift(msgspec.Struct):
    """What must be added to become right: by group and rollout to each count, and to the
    tally by (group, release, status)."""

    groups: dict[int, dict[str, int]] = {}
    rollouts: dict[int, dict[str, int]] = {}
    tally: dict[tuple[int, str, int], int] = {}

    def __bool__(self) -> bool:
        return bool(self.groups or self.rollouts or self.tally)


async def measure(store: UpdateStore) -> Drift:
    """Count afresh and compare."""
    async with store.snapshot() as query:
        return Drift(await _groups(query), await _rollouts(query), await _tally(query))


async def recount(store: UpdateStore, now: float) -> Drift:
    """Measure, correct and record; what was wrong. Raises `Conflict`: run it again."""
    drift = await measure(store)
    if drift:
        _log.error("update_counters_healed", **{k: str(v) for k, v in _described(drift).items()})
        await _heal(store, drift, now)
    return drift


async def _groups(query: QueryFunction) -> dict[int, dict[str, int]]:
    stored = {
        row[0]: {"in_progress": row[1], "timed_out": row[2]}
        for row in await query("SELECT group_id, in_progress, timed_out FROM omaha_counter")
    }
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    for group, grant, machines in await query(
        "SELECT group_id, grant_state, count(*) FROM omaha_instance"
        " WHERE grant_state IN (1, 2) GROUP BY group_id, grant_state"
    ):
        counted[group][FIELD_OF[GrantState(grant)]] = machines
    return _difference(stored, counted)


async def _rollouts(query: QueryFunction) -> dict[int, dict[str, int]]:
    names = list(FIELD_OF.values())
    stored = {
        row[0]: dict(zip(names, row[1:], strict=True))
        for row in await query(
            f"SELECT id, {', '.join(names)} FROM omaha_rollout WHERE {LIVE}"  # noqa: S608 (ours)
        )
    }
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    for rollout, grant, machines in await query(
        "SELECT rollout_id, grant_state, count(*) FROM omaha_instance"
        " WHERE rollout_id IS NOT NULL AND grant_state <> 0 GROUP BY rollout_id, grant_state"
    ):
        counted[rollout][FIELD_OF[GrantState(grant)]] = machines
    return _difference(stored, counted)


async def _tally(query: QueryFunction) -> dict[tuple[int, str, int], int]:
    stored = {
        (row[0], row[1], row[2]): row[3]
        for row in await query("SELECT group_id, release, status, machines FROM omaha_tally")
    }
    counted = {
        (row[0], row[1], row[2]): row[3]
        for row in await query(
            "SELECT group_id, release, status, count(*) FROM omaha_instance"
            " WHERE NOT hidden GROUP BY group_id, release, status"
        )
    }
    keys = stored.keys() | counted.keys()
    differences = {key: counted.get(key, 0) - stored.get(key, 0) for key in keys}
    return {key: delta for key, delta in differences.items() if delta}


def _difference(
    stored: dict[int, dict[str, int]], counted: dict[int, dict[str, int]]
) -> dict[int, dict[str, int]]:
    drift = {}
    for key, fields in stored.items():
        wrong = {n: counted.get(key, {}).get(n, 0) - value for n, value in fields.items()}
        if wrong := {name: delta for name, delta in wrong.items() if delta}:
            drift[key] = wrong
    return drift


async def _heal(store: UpdateStore, drift: Drift, now: float) -> None:
    async with store.transaction() as tx:
        locked = await tx.lock(sorted(drift.groups), sorted(drift.rollouts))
        ledger = Ledger(locked.counters, locked.rollouts)
        for group, wrong in drift.groups.items():
            state = ledger.counters[group]
            for name, delta in wrong.items():
                setattr(state, name, getattr(state, name) + delta)
            ledger.touched_groups.add(group)
        for rollout, wrong in drift.rollouts.items():
            held = ledger.rollouts[rollout]
            ledger.amend(replace(held, **{n: getattr(held, n) + d for n, d in wrong.items()}))
        ledger.tally.update(drift.tally)
        await tx.settle(ledger)
        note = FleetEvent(
            now,
            FleetEventKind.COUNTERS_HEALED,
            Severity.WARNING,
            detail=str(_described(drift))[:1000],
        )
        await tx.append([], [note])


def _described(drift: Drift) -> dict[str, object]:
    return {"groups": drift.groups, "rollouts": drift.rollouts, "tally": len(drift.tally)}
