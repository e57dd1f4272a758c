"""What operators do to machines and rollouts, with every count kept right.

Each function works in the caller's session and transaction; the caller commits. `version` is
the row's, from `If-Match`. Raises `NotFoundProblem` and `PreconditionFailed`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from backend.errors import Conflict, NotFoundProblem, PreconditionFailed
from backend.omaha.domain.model import (
    Arch,
    GrantState,
    Rollout,
    RolloutState,
    UpdateStatus,
)
from backend.omaha.rollouts import lifecycle
from backend.omaha.store.contract import WriteConflict
from backend.omaha.store.entry import MachineEntry
from backend.omaha.store.ledger import CLOSED, Ledger
from backend.omaha.store.session import SessionTransaction
from backend.omaha.store.statements import INSTANCE


async def rename(session: AsyncSession, instance_id: int, name: str, *, version: int) -> None:
    """Name the machine; empty gives its own alias back at its next check."""

    def change(entry: MachineEntry) -> MachineEntry:
        return replace(entry, name=name, named=bool(name))

    await _change(session, instance_id, version, change)


async def move(
    session: AsyncSession, instance_id: int, group_id: int | None, *, version: int
) -> None:
    """Put the machine into a group whatever its track says; None lets the track decide again
    (at its next check). An open grant of the old group is given up."""
    if group_id is None:
        await _change(session, instance_id, version, lambda entry: replace(entry, pinned=False))
        return
    found = await SessionTransaction(session).query(
        "SELECT g.arch, i.arch FROM omaha_group g JOIN omaha_instance i"
        " ON i.application_id = g.application_id WHERE g.id = ? AND i.id = ?",
        group_id,
        instance_id,
    )
    if not found:
        raise NotFoundProblem("The machine's application has no such group.")
    if found[0][0] not in (Arch.ALL, found[0][1]):
        raise Conflict(
            f"The group is for {Arch(found[0][0]).name.lower()}, the machine is "
            f"{Arch(found[0][1]).name.lower()}: it would be offered what it cannot run."
        )

    await _change(session, instance_id, version, lambda entry: moved(entry, group_id))


def moved(entry: MachineEntry, group_id: int) -> MachineEntry:
    """The machine in the group, whatever its track says, without an open grant of another."""
    if entry.group_id != group_id and entry.grant_state in (GrantState.OPEN, GrantState.TIMED_OUT):
        entry = _released(entry)
    return replace(entry, group_id=group_id, pinned=True)


async def hide(session: AsyncSession, instance_id: int, *, hidden: bool, version: int) -> None:
    """Leave the machine out of lists and counts until it checks in again, or show it."""

    def change(entry: MachineEntry) -> MachineEntry:
        released = _released(entry) if hidden else entry
        return replace(released, hidden=hidden)

    await _change(session, instance_id, version, change)


async def retry(session: AsyncSession, instance_id: int, *, version: int) -> None:
    """Forget the machine's last failure, so that the same version is offered again."""

    def change(entry: MachineEntry) -> MachineEntry:
        if entry.grant_state != GrantState.FAILED:
            raise Conflict("The machine's last update did not fail.")
        return replace(_released(entry), status=int(UpdateStatus.UNDEFINED), error_code=None)

    await _change(session, instance_id, version, change)


async def delete(session: AsyncSession, instance_id: int, *, version: int) -> None:
    """Remove the machine and its history; it registers anew when it checks in."""
    tx = SessionTransaction(session)
    entry = await _read(tx, instance_id, version)
    ledger = await _ledger(tx, entry, entry.group_id)
    gone = await tx.query(
        "DELETE FROM omaha_instance WHERE id = ? AND version = ? RETURNING id", entry.id, version
    )
    if not gone:
        raise _changed()
    await tx.query("DELETE FROM omaha_history WHERE instance_id = ?", entry.id)
    ledger.move(entry, None)
    await tx.settle(ledger)
    await tx.notify([entry.key])


async def remove(session: AsyncSession, application_id: int, machine_id: str) -> None:
    """Remove the machine that calls itself so, if there is one, as `delete` does."""
    found = await SessionTransaction(session).query(
        "SELECT id, version FROM omaha_instance WHERE application_id = ? AND machine_id = ?",
        application_id,
        machine_id,
    )
    for instance_id, version in found:
        await delete(session, instance_id, version=version)


async def pause(session: AsyncSession, rollout_id: int, reason: str, *, version: int) -> None:
    """Grant nothing more until resumed; machines that hold a grant go on."""

    def change(rollout: Rollout, now: float) -> Rollout:
        if rollout.state not in (RolloutState.ACTIVE, RolloutState.FINISHED):
            raise Conflict("Only a running rollout can be paused.")
        return lifecycle.paused(rollout, reason, now)

    await _turn(session, rollout_id, version, change)


async def resume(session: AsyncSession, rollout_id: int, *, version: int) -> None:
    """Go on after a pause or a brake; past failures no longer count against it."""

    def change(rollout: Rollout, now: float) -> Rollout:
        if rollout.state not in (RolloutState.PAUSED, RolloutState.BRAKED):
            raise Conflict("The rollout is neither paused nor stopped by its brake.")
        return lifecycle.resumed(rollout, now)

    await _turn(session, rollout_id, version, change)


async def abort(session: AsyncSession, rollout_id: int, reason: str, *, version: int) -> None:
    """End the rollout: nothing more is granted, and open grants end at the next check."""

    def change(rollout: Rollout, now: float) -> Rollout:
        if rollout.state in CLOSED:
            raise Conflict("The rollout is over.")
        return replace(rollout, state=RolloutState.ABORTED, reason=reason, finished_at=now)

    await _turn(session, rollout_id, version, change)


async def restart(session: AsyncSession, rollout_id: int, *, version: int) -> None:
    """Begin anew towards the same target after an abort: a fresh rollout is opened."""

    def change(rollout: Rollout, now: float) -> Rollout:
        if rollout.state is not RolloutState.ABORTED:
            raise Conflict("Only an aborted rollout can be started again.")
        return replace(rollout, finished_at=rollout.finished_at or now)

    await _turn(session, rollout_id, version, change)
    await SessionTransaction(session).query(
        "UPDATE omaha_group SET rollout_id = NULL WHERE rollout_id = ?", rollout_id
    )


async def _change(
    session: AsyncSession,
    instance_id: int,
    version: int,
    change: Callable[[MachineEntry], MachineEntry],
) -> None:
    tx = SessionTransaction(session)
    old = await _read(tx, instance_id, version)
    new = change(old)
    ledger = await _ledger(tx, old, new.group_id)
    ledger.move(old, new)
    try:
        await tx.update([new])
    except WriteConflict as conflict:
        raise _changed() from conflict
    await tx.settle(ledger)
    await tx.notify([old.key])


async def _read(tx: SessionTransaction, instance_id: int, version: int) -> MachineEntry:
    rows = await tx.query(
        f"SELECT {INSTANCE} FROM omaha_instance WHERE id = ?",  # noqa: S608 (our columns)
        instance_id,
    )
    if not rows:
        raise NotFoundProblem("There is no such machine.")
    entry = MachineEntry(*rows[0])
    if entry.version != version:
        raise _changed()
    return entry


async def _ledger(tx: SessionTransaction, entry: MachineEntry, target: int) -> Ledger:
    held = [] if entry.rollout_id is None else [entry.rollout_id]
    locked = await tx.lock(sorted({entry.group_id, target}), held)
    return Ledger(locked.counters, locked.rollouts)


async def _turn(
    session: AsyncSession,
    rollout_id: int,
    version: int,
    change: Callable[[Rollout, float], Rollout],
) -> None:
    tx = SessionTransaction(session)
    await tx.announce()  # first, as every edit does: see `lifecycle.open_for`
    rows = await tx.query("SELECT group_id FROM omaha_rollout WHERE id = ?", rollout_id)
    if not rows:
        raise NotFoundProblem("There is no such rollout.")
    locked = await tx.lock([rows[0][0]], [rollout_id])
    done = await tx.query(
        "UPDATE omaha_rollout SET version = version + 1 WHERE id = ? AND version = ? RETURNING id",
        rollout_id,
        version,
    )
    if not done:
        raise _changed()
    now = time.time()
    ledger = Ledger(locked.counters, locked.rollouts)
    ledger.amend(change(locked.rollouts[rollout_id], now))
    await tx.settle(ledger)


def _released(entry: MachineEntry) -> MachineEntry:
    return replace(
        entry,
        grant_state=int(GrantState.NONE),
        rollout_id=None,
        status=int(UpdateStatus.UNDEFINED)
        if entry.grant_state == GrantState.OPEN
        else entry.status,
    )


def _changed() -> PreconditionFailed:
    return PreconditionFailed("It changed since you read it; read it again and repeat.")
