"""Grants that expire, heard of or not, and what comes late, on SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from backend.omaha.domain.model import GrantState, Reason, UpdateStatus
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.fleet import actions
from backend.omaha.store.tables import ApplicationRecord
from tests.integration.omaha.written import rollout, row, settled
from tests.omaha_client import Machine, post
from tests.omaha_world import (
    NEW,
    OLD,
    OPEN,
    ORDINARY,
    body,
    event,
)


async def test_timed_out_grant_frees_its_slot_and_may_still_succeed(world, serve) -> None:
    moment = [1_000_000.0]
    policy = RolloutPolicy(
        enabled=True,
        safe_mode=False,
        max_updates_per_period=1,
        period_seconds=60,
        update_timeout_seconds=600,
    )
    group = await world.group(policy=policy)
    service = await serve(clock=lambda: moment[0])
    late, next_one = Machine(service, 1), Machine(service, 2)
    assert await late.check() == NEW
    await late.download()
    moment[0] += 601
    await service.sweeps.tick()
    counts = await rollout(world, group)
    assert (counts.in_progress, counts.timed_out) == (0, 1)
    assert await next_one.check() == NEW
    late.reboot()
    assert await late.check() is None
    counts = await rollout(world, group)
    assert (counts.in_progress, counts.timed_out, counts.succeeded) == (1, 0, 1)


async def test_a_machine_that_reports_nothing_more_does_not_brake_safe_mode(world, serve) -> None:
    moment = [1_000_000.0]
    careful = RolloutPolicy(enabled=True, safe_mode=True, update_timeout_seconds=600)
    group = await world.group(policy=careful)
    service = await serve(clock=lambda: moment[0])
    silent, next_one, third = (Machine(service, number) for number in (1, 2, 3))
    assert await silent.check() == NEW
    moment[0] += 601
    await service.sweeps.tick()
    counts = await rollout(world, group)
    assert (counts.in_progress, counts.timed_out, counts.deferred, counts.state) == (0, 0, 1, 1)
    moment[0] += 3600
    assert await next_one.check() == NEW
    await next_one.install()
    moment[0] += 601
    await service.sweeps.tick()
    counts = await rollout(world, group)
    assert counts.timed_out == 1
    assert await third.check() is None
    assert (await rollout(world, group)).state == 4


async def test_what_a_silent_machine_reports_late_counts_and_brakes(world, serve) -> None:
    moment = [1_000_000.0]
    careful = RolloutPolicy(enabled=True, safe_mode=True, update_timeout_seconds=600)
    group = await world.group(policy=careful)
    service = await serve(clock=lambda: moment[0])
    silent, next_one = Machine(service, 1), Machine(service, 2)
    assert await silent.check() == NEW
    moment[0] += 601
    await service.sweeps.tick()
    await silent.send(event(13, 1))
    found = await row(world, 1)
    assert (found.status, found.grant_state) == (UpdateStatus.DOWNLOADING, GrantState.DEFERRED)
    assert (await rollout(world, group)).timed_out == 0
    await silent.fail(44)
    found = await row(world, 1)
    assert (found.status, found.grant_state) == (UpdateStatus.ERROR, GrantState.FAILED)
    assert found.error_code == 44
    counts = await rollout(world, group)
    assert (counts.deferred, counts.failed) == (0, 1)
    moment[0] += 3600
    assert await next_one.check() is None
    assert (await rollout(world, group)).state == 4
    await world.set_policy(group, OPEN)
    async with AsyncSession(world.engine) as session, session.begin():
        braked = await rollout(world, group)
        await actions.resume(session, braked.id, version=braked.version)
    await service.reload()
    assert await silent.check() is None
    await settled(service)
    assert (await row(world, 1)).reason == Reason.BOOTED_BACK


async def test_a_silent_agent_that_installed_late_succeeded(world, serve) -> None:
    moment = [1_000_000.0]
    agent = await world.add(
        ApplicationRecord(appid="io.example.agent", name="Agent", created_at=0, updated_at=0)
    )
    policy = OPEN.model_copy(update={"update_timeout_seconds": 600})
    group = await world.group(policy=policy, app=agent)
    service = await serve(clock=lambda: moment[0])
    assert (await post(service, body(1, OLD, ORDINARY, appid="io.example.agent"))).offered == NEW
    moment[0] += 601
    await service.sweeps.tick()
    await post(service, body(1, OLD, event(3, 1), appid="io.example.agent"))
    found = await row(world, 1)
    assert (found.status, found.grant_state) == (UpdateStatus.COMPLETE, GrantState.SUCCEEDED)
    counts = await rollout(world, group)
    assert (counts.deferred, counts.succeeded) == (0, 1)
