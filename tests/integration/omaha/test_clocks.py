"""A service whose clock stood ahead goes on once it is set right, on SQLite and PostgreSQL."""

from __future__ import annotations

from backend.omaha.domain.rules import RolloutPolicy, RolloutSchedule, Spread
from tests.integration.omaha.written import rollout, row
from tests.omaha_client import Machine
from tests.omaha_world import NEW

AHEAD, RIGHT = 2_050_000_000.0, 1_750_000_000.0


async def test_grants_of_a_clock_that_stood_ahead_end_and_block_nobody(world, serve) -> None:
    moment = [AHEAD]
    policy = RolloutPolicy(
        enabled=True,
        safe_mode=False,
        max_updates_per_period=1,
        max_concurrent=2,
        period_seconds=60,
        update_timeout_seconds=600,
    )
    group = await world.group(policy=policy)
    service = await serve(clock=lambda: moment[0])
    first, second = Machine(service, 1), Machine(service, 2)
    assert await first.check() == NEW
    await service.sweeps.tick()
    moment[0] = RIGHT
    await service.sweeps.tick()
    held = await row(world, 1)
    assert (held.granted_at, held.expires_at) == (RIGHT, RIGHT + 600)
    assert await second.check() == NEW
    moment[0] += 601
    await service.sweeps.tick()
    counts = await rollout(world, group)
    assert (counts.in_progress, counts.deferred) == (0, 2)
    assert counts.started_at == RIGHT


async def test_a_linear_rollout_of_a_clock_that_stood_ahead_moves(world, serve) -> None:
    moment = [AHEAD]
    linear = RolloutSchedule(spread=Spread.LINEAR, duration_seconds=7200, frame_seconds=3600)
    policy = RolloutPolicy(
        enabled=True, safe_mode=False, max_updates_per_period=None, schedule=linear
    )
    group = await world.group(policy=policy)
    service = await serve(clock=lambda: moment[0])
    await service.sweeps.tick()
    moment[0] = RIGHT
    await service.sweeps.tick()
    assert (await rollout(world, group)).created_at == RIGHT
    moment[0] += 3601
    machines = [Machine(service, number) for number in range(12)]
    assert [await machine.check() for machine in machines] == [NEW] * 12


async def test_a_clock_set_back_by_seconds_dates_nothing_anew(world, serve) -> None:
    moment = [RIGHT]
    policy = RolloutPolicy(
        enabled=True, safe_mode=False, max_updates_per_period=1, max_concurrent=2
    )
    await world.group(policy=policy)
    service = await serve(clock=lambda: moment[0])
    first, second = Machine(service, 1), Machine(service, 2)
    assert await first.check() == NEW
    moment[0] -= 30
    await service.sweeps.tick()
    assert (await row(world, 1)).granted_at == RIGHT
    assert await second.check() is None
