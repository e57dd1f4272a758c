"""How many machines may update at once and per period, and when a rollout must stop.

Sources: reference updates 2.2 rules 8 to 12, 4 (counters, safe mode).
"""

from __future__ import annotations

from typing import Final

from backend.omaha.domain.model import Counters, Reason, Rollout
from backend.omaha.domain.rules import RolloutPolicy

BUCKETS: Final = 10
"""A period is counted in this many buckets, so a limit's memory is of fixed size."""

Bucket = tuple[float, float, int]
"""First and last grant in the bucket, and how many grants there were."""


def granted_within(buckets: list[Bucket], period: float, now: float) -> int:
    """Grants in the last `period` seconds. A bucket counts whole until its last grant is
    older, so the sum is never too low; it holds for any `period`, changed ones too."""
    return sum(bucket[2] for bucket in buckets if _counts(bucket, period, now))


def _counts(bucket: Bucket, period: float, now: float) -> bool:
    """Whether its last grant is within the period; one further ahead than a period was made by
    a clock that was wrong, and would count for ever."""
    return now - period < bucket[1] <= now + period


def add_grants(buckets: list[Bucket], period: float, now: float, grants: int) -> list[Bucket]:
    """`buckets` with `grants` more at `now`, and without those that no longer count."""
    kept = [bucket for bucket in buckets if _counts(bucket, period, now)]
    if kept and 0 <= now - kept[-1][0] < period / BUCKETS:
        first, last, count = kept.pop()
        return [*kept, (first, max(last, now), count + grants)]
    return [*kept, (now, now, grants)]


def over_limit(policy: RolloutPolicy, rollout: Rollout, counters: Counters) -> Reason:
    """The limit that one more grant would break, or `Reason.NONE`.

    Safe mode lets one machine at a time try until the first has succeeded (updates 4); then
    rules 10 and 11: grants within the period, and updates in progress.
    """
    if policy.safe_mode and rollout.succeeded == 0 and rollout.in_progress >= 1:
        return Reason.SAFE_MODE
    most = policy.max_updates_per_period
    if most is not None and counters.granted >= most:
        return Reason.PERIOD_LIMIT
    at_once = policy.concurrency
    if at_once is not None and counters.in_progress >= at_once:
        return Reason.CONCURRENCY_LIMIT
    return Reason.NONE


def must_brake(policy: RolloutPolicy, rollout: Rollout) -> bool:
    """Safe mode's brake: the first machine failed or timed out before any succeeded, or as
    many did as the policy tolerates (updates 2.2 rule 12, 4). Resuming forgives the past."""
    if not policy.safe_mode:
        return False
    bad = rollout.failed + rollout.timed_out - rollout.brake_base
    if rollout.succeeded == 0:
        return bad >= 1
    tolerated = policy.brake_after or policy.max_updates_per_period
    return tolerated is not None and bad >= max(1, tolerated)
