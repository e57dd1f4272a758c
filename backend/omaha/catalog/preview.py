"""What would happen if: a draft policy or another target, decided by the very functions that
answer machines, over the group's present machines. Nothing is written.

Counts per (version, status) come from the exact tally. What a machine's OEM, platform and
place in the rollout do to it is decided for every machine of a small group, and for a sample
of a large one, spread over the group and scaled to the tally.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.omaha.domain import semver
from backend.omaha.domain.model import (
    Arch,
    Channel,
    Counters,
    GrantState,
    Group,
    Machine,
    Package,
    PackageKind,
    Reason,
    UpdateStatus,
)
from backend.omaha.domain.rules import RolloutPolicy, WaveKind
from backend.omaha.policy.decision import CheckContext, decide, rollout_of
from backend.omaha.policy.limits import granted_within
from backend.omaha.policy.selection import current_wave, share
from backend.omaha.store.config import load
from backend.omaha.store.contract import UpdateStore
from backend.omaha.store.session import SessionTransaction
from backend.omaha.store.tables import (
    BlacklistRecord,
    CounterRecord,
    GroupRecord,
    InstanceRecord,
    PackageRecord,
    TallyRecord,
)

EVERYBODY: Final = 500
"""Machines of one status that are all looked at; of more, a sample of this size is."""

SPOTS: Final = 20
"""Places in the group a sample is drawn from."""

Stratum = tuple[str, int]
"""(version, status): what the tally counts by."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Machines by what their next check would bring. `eligible` would be offered the update
    if there were no rate limit; `now` of them at once; `held` by reason, scaled to all
    machines. `exact`: every machine was looked at. `hours` is the least time the limits
    need for the eligible ones (None: no limit of rate)."""

    machines: int
    eligible: int
    now: int
    held: dict[Reason, int]
    share: float
    target: str | None
    exact: bool
    sampled: int
    hours: float | None


async def preview(
    session: AsyncSession,
    row: GroupRecord,
    *,
    policy: RolloutPolicy | None = None,
    package: PackageRecord | None = None,
    at: float | None = None,
) -> Preview:
    """Decide for the group's machines at `at` (now unless given) under the draft."""
    now = time.time() if at is None else at
    group = await _draft(session, row, policy, package)
    strata = await _strata(session, group.id)
    sample = await _sample(session, group.id, strata)
    held, eligible = _decide(group, strata, sample, now)
    counters = await _counters(session, group, now)
    rollout = rollout_of(group, group.target) if group.target else None
    total = sum(strata.values())
    return Preview(
        machines=total,
        eligible=eligible,
        now=min(eligible, _headroom(group, counters)),
        held=held,
        share=share(group.policy.schedule, rollout, now) if rollout else 0.0,
        target=group.target.release.text if group.target else None,
        exact=len(sample) >= total,
        sampled=len(sample),
        hours=_hours(group.policy, eligible),
    )


async def _draft(
    session: AsyncSession,
    row: GroupRecord,
    policy: RolloutPolicy | None,
    package: PackageRecord | None,
) -> Group:
    # The configuration is read by statements alone, which the session's transaction has too.
    config = await load(cast(UpdateStore, SessionTransaction(session)))
    group = config.groups[row.id or 0]
    if policy is not None:
        group = replace(group, policy=policy)
    if package is not None:
        channel = group.channel or Channel(0, "", Arch(package.arch), None)
        target = await _package(session, package)
        group = replace(group, channel=replace(channel, package=target))
    return group


async def _package(session: AsyncSession, row: PackageRecord) -> Package:
    listed = select(col(BlacklistRecord.channel_id)).where(
        col(BlacklistRecord.package_id) == row.id
    )
    return Package(
        id=row.id or 0,
        application_id=row.application_id,
        release=semver.parse(row.release),
        arch=Arch(row.arch),
        url=row.url,
        filename=row.filename,
        size=row.size,
        sha1=row.sha1,
        sha256=row.sha256,
        kind=PackageKind(row.kind),
        blacklist=frozenset(await session.scalars(listed)),
    )


async def _strata(session: AsyncSession, group_id: int) -> dict[Stratum, int]:
    found = await session.execute(
        select(col(TallyRecord.release), col(TallyRecord.status), col(TallyRecord.machines)).where(
            col(TallyRecord.group_id) == group_id, col(TallyRecord.machines) > 0
        )
    )
    return {(release, status): machines for release, status, machines in found}


async def _sample(
    session: AsyncSession, group_id: int, strata: dict[Stratum, int]
) -> list[tuple[Stratum, Machine]]:
    sizes: Counter[int] = Counter()
    for (_, status), machines in strata.items():
        sizes[status] += machines
    sample: list[tuple[Stratum, Machine]] = []
    for status, machines in sizes.items():
        query = await _spots(session, group_id, status) if machines > EVERYBODY else None
        if query is None:
            query = _rows(group_id, status, 0).limit(2 * EVERYBODY)
        rows = (await session.execute(query)).all()
        sample += [((row[1], status), _machine(row, status)) for row in rows]
    return sample


async def _spots(session: AsyncSession, group_id: int, status: int) -> Any:
    """Machines after randomly chosen ids; the same ones each time, so that two previews
    differ by their drafts only."""
    ids = select(func.min(col(InstanceRecord.id)), func.max(col(InstanceRecord.id)))
    ids = ids.where(col(InstanceRecord.group_id) == group_id, col(InstanceRecord.status) == status)
    first, last = (await session.execute(ids)).one()
    if first is None or last is None:
        return None
    rng = random.Random(group_id)  # noqa: S311 (a sample, not a secret)
    starts = sorted({first, *(rng.randint(first, last) for _ in range(SPOTS - 1))})
    parts = [
        _rows(group_id, status, start - 1).limit(EVERYBODY // SPOTS).subquery() for start in starts
    ]
    # A machine drawn from two spots near each other counts once: UNION, not UNION ALL.
    return union(*(select(part) for part in parts))


def _rows(group_id: int, status: int, after: int) -> Any:
    return (
        select(*(col(getattr(InstanceRecord, name)) for name in _COLUMNS))
        .where(
            col(InstanceRecord.group_id) == group_id,
            col(InstanceRecord.status) == status,
            col(InstanceRecord.id) > after,
            col(InstanceRecord.hidden).is_(False),
        )
        .order_by(col(InstanceRecord.id))
    )


_COLUMNS: Final = (
    "id", "release", "machine_id", "arch", "oem", "platform", "grant_state", "rollout_id",
    "granted_release", "error_code",
)  # fmt: skip


def _machine(found: Sequence[Any], status: int) -> Machine:
    _, release, machine_id, arch, oem, platform, grant, rollout_id, granted, error = found
    return Machine(
        machine_id, release, Arch(arch), oem, platform, UpdateStatus(status), GrantState(grant),
        rollout_id, granted, error,
    )  # fmt: skip


def _decide(
    group: Group,
    strata: dict[Stratum, int],
    sample: Sequence[tuple[Stratum, Machine]],
    now: float,
) -> tuple[dict[Reason, int], int]:
    drawn: defaultdict[Stratum, list[Machine]] = defaultdict(list)
    for stratum, machine in sample:
        drawn[stratum].append(machine)
    check = CheckContext(now, Counters())
    weights: defaultdict[Reason, float] = defaultdict(float)
    for stratum, size in strata.items():
        machines = drawn.get(stratum) or [Machine("", stratum[0], status=UpdateStatus(stratum[1]))]
        for reason in _reasons(machines, group, check):
            weights[reason] += size / len(machines)
    held = {reason: round(weight) for reason, weight in weights.items()}
    eligible = held.pop(Reason.NONE, 0)
    return held, eligible


def _reasons(machines: Sequence[Machine], group: Group, check: CheckContext) -> Iterator[Reason]:
    for machine in machines:
        if not semver.is_valid(machine.release):
            yield Reason.NO_PACKAGE
            continue
        decision = decide(machine, group, check)
        yield Reason.NONE if decision.package is not None else decision.reason


async def _counters(session: AsyncSession, group: Group, now: float) -> Counters:
    row = await session.get(CounterRecord, group.id)
    if row is None:
        return Counters()
    buckets = [(first, last, count) for first, last, count in json.loads(row.buckets)]
    granted = granted_within(buckets, group.policy.period_seconds, now)
    return Counters(in_progress=row.in_progress, granted=granted)


def _headroom(group: Group, counters: Counters) -> int:
    """How many grants the limits leave at this moment."""
    policy, target = group.policy, group.target
    if target is None:
        return 0
    rollout = rollout_of(group, target)
    left = [1 << 31]
    if policy.max_updates_per_period is not None:
        left.append(policy.max_updates_per_period - counters.granted)
    if policy.concurrency is not None:
        left.append(policy.concurrency - counters.in_progress)
    if policy.safe_mode and rollout.succeeded == 0:
        left.append(1 - rollout.in_progress)
    wave = current_wave(policy, rollout)
    if wave is not None and wave.kind is WaveKind.CANARY:
        left.append(wave.machines - rollout.attempted)
    return max(0, min(left))


def _hours(policy: RolloutPolicy, eligible: int) -> float | None:
    most = policy.max_updates_per_period
    if not most:
        return None
    periods = max(0, -(-eligible // most) - 1)
    return periods * policy.period_seconds / 3600.0
