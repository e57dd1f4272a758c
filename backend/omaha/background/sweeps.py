"""What time does to a fleet: grants expire, waves end, rollouts brake and finish.

Source: reference updates 4 (a leased sweep expires grants). Every sweep is repeatable: run
twice, or by two replicas at once, it changes nothing twice.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from backend.omaha.domain.model import (
    FleetEventKind,
    GrantState,
    Group,
    Rollout,
    RolloutState,
    Severity,
    UpdateStatus,
)
from backend.omaha.policy.limits import must_brake
from backend.omaha.policy.selection import WaveStep, wave_step
from backend.omaha.rollouts import lifecycle
from backend.omaha.store.config import Config
from backend.omaha.store.contract import FleetEvent, UpdateStore
from backend.omaha.store.entry import MachineEntry
from backend.omaha.store.ledger import Ledger
from backend.omaha.store.statements import INSTANCE, ROLLOUT, rollout

CHUNK: Final = 200


async def expire_grants(store: UpdateStore, now: float) -> int:
    """Time out grants whose time is over; how many there were. Raises `Conflict` when
    machines were faster: run it again."""
    total = 0
    while True:
        rows = await store.query(
            f"SELECT {INSTANCE} FROM omaha_instance WHERE grant_state = 1"  # noqa: S608 (ours)
            f" AND expires_at <= ? ORDER BY expires_at LIMIT {CHUNK}",
            now,
        )
        if not rows:
            return total
        await _expire(store, [MachineEntry(*row) for row in rows])
        total += len(rows)


async def _expire(store: UpdateStore, entries: list[MachineEntry]) -> None:
    groups = sorted({entry.group_id for entry in entries})
    held = sorted({e.rollout_id for e in entries if e.rollout_id is not None})
    async with store.transaction() as tx:
        locked = await tx.lock(groups, held)
        ledger = Ledger(locked.counters, locked.rollouts)
        late = [replace(entry, grant_state=int(expired(entry))) for entry in entries]
        for old, new in zip(entries, late, strict=True):
            ledger.move(old, new)
        await tx.update(late)
        await tx.settle(ledger)
        await tx.notify([entry.key for entry in entries])


def expired(entry: MachineEntry) -> GrantState:
    """What an expired grant becomes. A machine that reported nothing since it was offered the
    update is switched off or a client that never reports: no sign that the update is bad, and
    no reason to brake; only one that began and did not end timed out (issue 9, clients 4).
    What either reports later still counts (`Machine.awaited`)."""
    began = UpdateStatus(entry.status) is not UpdateStatus.GRANTED
    return GrantState.TIMED_OUT if began else GrantState.DEFERRED


async def advance_rollouts(store: UpdateStore, config: Config, now: float) -> None:
    """Brake, stop, advance or finish each group's rollout as its counts demand."""
    rows = await store.query(
        f"SELECT {ROLLOUT} FROM omaha_rollout WHERE state = 1"  # noqa: S608 (our columns)
        " AND id IN (SELECT rollout_id FROM omaha_group)"
    )
    current = {row[0]: rollout(row) for row in rows}
    waiting = await _not_there_yet(store)
    for group in config.groups.values():
        found = group.rollout and current.get(group.rollout.id)
        if not found:
            continue
        done = group.id not in waiting
        if _next(group, found, now, done=done) is not None:
            await _turn(store, group, found.id, now, done=done)


async def _turn(
    store: UpdateStore, group: Group, rollout_id: int, now: float, *, done: bool
) -> None:
    async with store.transaction() as tx:
        locked = await tx.lock([group.id], [rollout_id])
        ledger = Ledger(locked.counters, locked.rollouts)
        fresh = ledger.rollouts.get(rollout_id)
        if fresh is None:
            return
        step = _next(group, fresh, now, done=done)
        if step is None:
            return
        await tx.append([], [_apply(ledger, group, fresh, step, now)])
        await tx.settle(ledger)


def _next(group: Group, rollout: Rollout, now: float, *, done: bool) -> FleetEventKind | None:
    """What is due for a rollout, as the event it will be."""
    if rollout.state is not RolloutState.ACTIVE:
        return None
    step = wave_step(group.policy, rollout, now)
    if must_brake(group.policy, rollout) or step is WaveStep.STOP:
        return FleetEventKind.ROLLOUT_BRAKED
    if step is WaveStep.ADVANCE:
        return FleetEventKind.WAVE_STARTED
    if done and rollout.in_progress == 0 and rollout.succeeded > 0:
        return FleetEventKind.ROLLOUT_FINISHED
    return None


def _apply(
    ledger: Ledger, group: Group, rollout: Rollout, step: FleetEventKind, now: float
) -> FleetEvent:
    if step is FleetEventKind.WAVE_STARTED:
        return lifecycle.advance_wave(ledger, group, rollout, now)
    if step is FleetEventKind.ROLLOUT_BRAKED:
        stopped = wave_step(group.policy, rollout, now) is WaveStep.STOP
        why = "Too many machines of the wave failed." if stopped else "Too many machines failed."
        return lifecycle.brake(ledger, group, rollout, now, why)
    ledger.amend(replace(rollout, state=RolloutState.FINISHED, finished_at=now))
    return lifecycle.note(step, Severity.SUCCESS, group, rollout, at=now)


async def _not_there_yet(store: UpdateStore) -> set[int]:
    """Groups with machines that run anything but the rollout's target."""
    rows = await store.query(
        "SELECT t.group_id FROM omaha_tally t JOIN omaha_group g ON g.id = t.group_id"
        " JOIN omaha_rollout r ON r.id = g.rollout_id WHERE t.release <> r.release"
        " GROUP BY t.group_id HAVING SUM(t.machines) > 0"
    )
    return {row[0] for row in rows}
