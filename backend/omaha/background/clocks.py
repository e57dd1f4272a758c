"""What a clock that stood ahead left behind, dated anew once it is right again.

A server that starts with its clock in 2036 grants updates until 2036; set right, it would hold
their slots for ten years, and a linear rollout would not move before. Times that lie further in
the future than clocks of one site differ are told as of now, with the lengths they had.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from backend.omaha.domain.model import Rollout
from backend.omaha.store.contract import UpdateStore
from backend.omaha.store.entry import MachineEntry
from backend.omaha.store.ledger import Ledger
from backend.omaha.store.statements import INSTANCE, ROLLOUT, rollout

__all__ = ["TOLERATED", "redate"]

TOLERATED: Final = 600.0
"""Seconds by which replicas' clocks may differ; the times of one are not touched by another."""
_CHUNK: Final = 200


async def redate(store: UpdateStore, now: float) -> None:
    """Grants and rollouts from the future are of now. Raises `WriteConflict` when machines were
    faster: run it again."""
    await _grants(store, now)
    await _rollouts(store, now)


async def _grants(store: UpdateStore, now: float) -> None:
    while True:
        rows = await store.query(
            f"SELECT {INSTANCE} FROM omaha_instance WHERE grant_state = 1"  # noqa: S608 (ours)
            f" AND granted_at > ? LIMIT {_CHUNK}",
            now + TOLERATED,
        )
        if not rows:
            return
        entries = [_granted_now(MachineEntry(*row), now) for row in rows]
        async with store.transaction() as tx:
            await tx.lock(sorted({entry.group_id for entry in entries}), [])
            await tx.update(entries)
            await tx.notify([entry.key for entry in entries])


def _granted_now(entry: MachineEntry, now: float) -> MachineEntry:
    patience = (entry.expires_at or 0.0) - (entry.granted_at or 0.0)
    return replace(entry, granted_at=now, expires_at=now + max(0.0, patience), status_at=now)


async def _rollouts(store: UpdateStore, now: float) -> None:
    ahead = now + TOLERATED
    rows = await store.query(
        f"SELECT {ROLLOUT} FROM omaha_rollout WHERE id IN"  # noqa: S608 (our columns)
        " (SELECT rollout_id FROM omaha_group) AND (created_at > ? OR started_at > ?"
        " OR wave_started_at > ? OR paused_at > ?)",
        *[ahead] * 4,
    )
    for found in map(rollout, rows):
        async with store.transaction() as tx:
            locked = await tx.lock([found.group_id], [found.id])
            ledger = Ledger(locked.counters, locked.rollouts)
            if fresh := ledger.rollouts.get(found.id):
                ledger.amend(_begun_now(fresh, now))
                await tx.settle(ledger)


def _begun_now(found: Rollout, now: float) -> Rollout:
    def past(at: float | None) -> float | None:
        return now if at is not None and at > now + TOLERATED else at

    return replace(
        found,
        created_at=past(found.created_at) or now,
        started_at=past(found.started_at),
        wave_started_at=past(found.wave_started_at),
        paused_at=past(found.paused_at),
    )
