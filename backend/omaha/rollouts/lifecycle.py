"""A rollout's life: opened when a group's target changes, then paused, braked, finished.

Sources: reference updates 2.2 (rollout started, brake), 4 (counters per rollout); issue 4.
"""

from __future__ import annotations

from msgspec.structs import replace

from backend.omaha.domain.model import (
    FleetEventKind,
    Group,
    Rollout,
    RolloutState,
    Severity,
)
from backend.omaha.policy.selection import next_wave
from backend.omaha.store.config import Config
from backend.omaha.store.contract import FleetEvent, Transaction, UpdateStore
from backend.omaha.store.ledger import CLOSED, Ledger
from backend.omaha.store.statements import ROLLOUT, rollout


def missing(config: Config) -> list[Group]:
    """Groups that may grant but whose rollout is not for their target."""
    return [
        group
        for group in config.groups.values()
        if group.policy.enabled
        and group.target is not None
        and (group.rollout is None or group.rollout.package_id != group.target.id)
    ]


async def open_for(store: UpdateStore, group: Group, now: float) -> None:
    """Open the rollout of `group`'s target; nothing when another replica just did."""
    target = group.target
    if target is None:
        return
    async with store.transaction() as tx:
        # First, as an edit does (`catalog.edit.begin`): who holds the group and waits for the
        # configuration while an edit does it the other way round stops both for a second, and
        # PostgreSQL refuses one of them.
        await tx.query("UPDATE omaha_config SET version = version WHERE id = 1")
        await tx.query(
            "INSERT INTO omaha_counter (group_id, in_progress, timed_out, buckets, silent,"
            " silent_at) VALUES (?, 0, 0, '[]', 0, 0) ON CONFLICT DO NOTHING",
            group.id,
        )
        await tx.lock([group.id], [])
        rows = await tx.query(
            "SELECT c.package_id, g.rollout_id FROM omaha_group g"
            " JOIN omaha_channel c ON c.id = g.channel_id WHERE g.id = ?",
            group.id,
        )
        if not rows or rows[0][0] != target.id:
            return
        old = await read(tx, rows[0][1])
        if old is not None and old.package_id == target.id:
            return
        if old is not None and old.state not in CLOSED:
            await _close(tx, old, now)
        await _insert(tx, group, target.release.text, now)


async def read(tx: Transaction, rollout_id: int | None) -> Rollout | None:
    """The rollout's row, unlocked; None when there is none."""
    if rollout_id is None:
        return None
    rows = await tx.query(
        f"SELECT {ROLLOUT} FROM omaha_rollout WHERE id = ?",  # noqa: S608 (our columns)
        rollout_id,
    )
    return rollout(rows[0]) if rows else None


async def _insert(tx: Transaction, group: Group, release: str, now: float) -> None:
    rows = await tx.query(
        "INSERT INTO omaha_rollout (group_id, package_id, release, state, reason, paused_seconds,"
        " in_progress, timed_out, succeeded, failed, deferred, forced, wave,"
        " wave_base_succeeded, wave_base_failed, brake_base, created_at, version)"
        " VALUES (?, ?, ?, 1, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?, 1) RETURNING id",
        group.id,
        group.target_id,
        release,
        now,
    )
    await tx.query("UPDATE omaha_group SET rollout_id = ? WHERE id = ?", rows[0][0], group.id)
    await tx.query("UPDATE omaha_config SET version = version + 1 WHERE id = 1")
    await tx.announce()


async def _close(tx: Transaction, old: Rollout, now: float) -> None:
    await tx.query(
        "UPDATE omaha_rollout SET state = ?, finished_at = ?, version = version + 1 WHERE id = ?",
        int(RolloutState.SUPERSEDED),
        now,
        old.id,
    )


def braked(rollout: Rollout, why: str) -> Rollout:
    """The rollout stopped by itself; it goes on when an operator resumes it."""
    return replace(rollout, state=RolloutState.BRAKED, reason=why)


def paused(rollout: Rollout, why: str, now: float) -> Rollout:
    """The rollout stopped by an operator; a linear schedule's clock stands still."""
    return replace(rollout, state=RolloutState.PAUSED, reason=why, paused_at=now)


def resumed(rollout: Rollout, now: float) -> Rollout:
    """The rollout going on. What failed so far no longer counts for brake or wave."""
    stood = 0.0 if rollout.paused_at is None else max(0.0, now - rollout.paused_at)
    bad = rollout.failed + rollout.timed_out
    return replace(
        rollout,
        state=RolloutState.ACTIVE,
        reason="",
        paused_at=None,
        paused_seconds=rollout.paused_seconds + stood,
        brake_base=bad,
        wave_started_at=None,
        wave_base_succeeded=rollout.succeeded,
        wave_base_failed=bad,
    )


def granting(rollout: Rollout, now: float, *, forced: bool) -> Rollout:
    """The rollout as it makes a grant: its clock and its wave's start with the first."""
    return replace(
        rollout,
        started_at=rollout.started_at if rollout.started_at is not None else now,
        wave_started_at=rollout.wave_started_at if rollout.wave_started_at is not None else now,
        forced=rollout.forced + forced,
        state=RolloutState.ACTIVE,
        finished_at=None,
    )


def brake(ledger: Ledger, group: Group, rollout: Rollout, now: float, why: str) -> FleetEvent:
    """Brake `rollout` in the ledger; what to record."""
    ledger.amend(braked(rollout, why))
    return note(FleetEventKind.ROLLOUT_BRAKED, Severity.ERROR, group, rollout, at=now, detail=why)


def advance_wave(ledger: Ledger, group: Group, rollout: Rollout, now: float) -> FleetEvent:
    """Put `rollout` into its next wave in the ledger; what to record."""
    later = next_wave(rollout)
    ledger.amend(later)
    wave = group.policy.waves[later.wave]
    detail = f"Wave {later.wave + 1}: {wave.name or wave.kind.value}"
    return note(FleetEventKind.WAVE_STARTED, Severity.INFO, group, rollout, at=now, detail=detail)


def note(
    kind: FleetEventKind,
    severity: Severity,
    group: Group,
    rollout: Rollout,
    *,
    at: float,
    detail: str = "",
) -> FleetEvent:
    """An event of a rollout."""
    return FleetEvent(
        at,
        kind,
        severity,
        application_id=group.application_id,
        group_id=group.id,
        channel_id=group.channel.id if group.channel else None,
        rollout_id=rollout.id,
        release=rollout.release,
        detail=detail,
    )
