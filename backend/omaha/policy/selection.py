"""Which share of machines a rollout has reached: percent, linear, waves.

Sources: reference updates 4 (percent, linear), issue 4 (waves); precedent
coreos/updateservicectl rollouts.
"""

from __future__ import annotations

import math
from enum import Enum
from hashlib import blake2b

from msgspec.structs import replace

from backend.omaha.domain.model import Machine, Reason, Rollout
from backend.omaha.domain.rules import RolloutPolicy, RolloutSchedule, Spread, Wave, WaveKind


def position(machine_id: str, rollout_id: int) -> float:
    """Where the machine stands in the rollout's order, in percent: 0 <= position < 100.
    Stable for one rollout and independent between rollouts."""
    digest = blake2b(f"{rollout_id}:{machine_id}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / (1 << 56) * 100.0


def share(schedule: RolloutSchedule, rollout: Rollout, now: float) -> float:
    """The selected share in percent. Linear: steps of 100 / ceil(duration / frame), one per
    frame, the first at once; time spent paused does not count (updates 4)."""
    if schedule.spread is Spread.ALL:
        return 100.0
    if schedule.spread is Spread.PERCENT:
        return schedule.percent
    until = now if rollout.paused_at is None else min(now, rollout.paused_at)
    elapsed = max(0.0, until - rollout.created_at - rollout.paused_seconds)
    steps = math.ceil(schedule.duration_seconds / schedule.frame_seconds)
    return min(100.0, (int(elapsed // schedule.frame_seconds) + 1) * 100.0 / steps)


def not_selected(policy: RolloutPolicy, rollout: Rollout, machine: Machine, now: float) -> Reason:
    """Why the machine's turn has not come, or `Reason.NONE`."""
    reached = share(policy.schedule, rollout, now)
    place = 0.0
    wave = current_wave(policy, rollout)
    if reached < 100.0 or (wave is not None and wave.kind is WaveKind.PERCENT):
        place = position(machine.machine_id, rollout.id)
    if place >= reached and reached < 100.0:
        return Reason.NOT_YET_SELECTED
    if wave is None or wave.kind is WaveKind.ALL:
        return Reason.NONE
    if wave.kind is WaveKind.CANARY:
        return Reason.WAVE if rollout.attempted >= wave.machines else Reason.NONE
    return Reason.WAVE if place >= wave.percent else Reason.NONE


def current_wave(policy: RolloutPolicy, rollout: Rollout) -> Wave | None:
    """The wave the rollout is in, or None when the policy has no waves."""
    if not policy.waves:
        return None
    return policy.waves[min(rollout.wave, len(policy.waves) - 1)]


class WaveStep(Enum):
    """What to do about a rollout's wave now."""

    STAY = "stay"
    ADVANCE = "advance"
    STOP = "stop"


def wave_step(policy: RolloutPolicy, rollout: Rollout, now: float) -> WaveStep:
    """Whether the wave is over. It stops when too many of its machines failed or timed out;
    it ends when its soak time, counted from the first grant of the wave, is over with
    nothing in progress and at least one success."""
    wave = current_wave(policy, rollout)
    if wave is None or rollout.wave_started_at is None:
        return WaveStep.STAY
    succeeded = rollout.succeeded - rollout.wave_base_succeeded
    bad = rollout.failed + rollout.timed_out - rollout.wave_base_failed
    results = succeeded + bad
    if results >= wave.min_results and bad * 100.0 > wave.max_failure_percent * results:
        return WaveStep.STOP
    last = rollout.wave >= len(policy.waves) - 1
    soaked = now >= rollout.wave_started_at + wave.soak_seconds
    if last or not soaked or rollout.in_progress or succeeded < 1:
        return WaveStep.STAY
    return WaveStep.ADVANCE


def next_wave(rollout: Rollout) -> Rollout:
    """The rollout at the start of its next wave; its clock starts with the first grant."""
    return replace(
        rollout,
        wave=rollout.wave + 1,
        wave_started_at=None,
        wave_base_succeeded=rollout.succeeded,
        wave_base_failed=rollout.failed + rollout.timed_out,
    )
