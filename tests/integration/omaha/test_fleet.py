"""What operators do to machines and rollouts keeps every count right; jobs do their work."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.errors import Conflict, NotFoundProblem, PreconditionFailed
from backend.omaha.background import retention
from backend.omaha.background.recount import measure, recount
from backend.omaha.domain.model import Reason, UpdateStatus
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.fleet import actions
from tests.integration.omaha.written import rollout, row
from tests.omaha_client import Machine
from tests.omaha_world import CHECK, NEW, OLD, PING, event, machine_id
from tests.waiting import until

ONE = RolloutPolicy(enabled=True, safe_mode=False, max_updates_per_period=100, max_concurrent=1)


async def act(world, call, *arguments, **named):
    async with AsyncSession(world.engine) as session, session.begin():
        await call(session, *arguments, **named)


async def test_delete_frees_the_slot_and_the_machine_comes_back(world, serve) -> None:
    await world.group(policy=ONE)
    service = await serve()
    first, second = Machine(service, 1), Machine(service, 2)
    assert await first.check() == NEW
    assert await second.check() is None
    found = await row(world, 1)
    with pytest.raises(PreconditionFailed):
        await act(world, actions.delete, found.id, version=found.version + 7)
    await act(world, actions.delete, found.id, version=found.version)
    assert await row(world, 1) is None
    await second.learns(NEW)
    await first.learns(None)
    assert (await row(world, 1)).status == UpdateStatus.ON_HOLD


async def test_name_stays_against_the_alias(world, serve) -> None:
    await world.group()
    service = await serve()
    await Machine(service, 1, NEW).check()
    found = await row(world, 1)
    await act(world, actions.rename, found.id, "db-7", version=found.version)
    await Machine(service, 1, NEW).check()
    assert (await row(world, 1)).name == "db-7"


async def test_moved_machine_stays_whatever_its_track(world, serve) -> None:
    await world.group(policy=ONE)
    other = await world.group("other", RolloutPolicy(enabled=False))
    service = await serve()
    machine = Machine(service, 1)
    assert await machine.check() == NEW
    found = await row(world, 1)
    with pytest.raises(NotFoundProblem):
        await act(world, actions.move, found.id, 999, version=found.version)
    await act(world, actions.move, found.id, other, version=found.version)
    await machine.learns(None)
    assert (await row(world, 1)).group_id == other

    async def held() -> bool:
        return (await row(world, 1)).reason == Reason.DISABLED

    await until(held)  # written at the service's leisure
    found = await row(world, 1)
    await act(world, actions.move, found.id, None, version=found.version)
    await machine.learns(NEW)


@pytest.mark.parametrize("how", ["moved", "deleted"])
async def test_what_is_only_remembered_is_not_offered_again(world, serve, how: str) -> None:
    """Another process may change a machine, of which this one hears a moment later."""
    await world.group(policy=ONE)
    other = await world.group("other", RolloutPolicy(enabled=False))
    service = await serve()
    machine = Machine(service, 1)
    assert await machine.check() == NEW
    remembered = service.machines.get((world.app_id, machine_id(1)))
    found = await row(world, 1)
    if how == "moved":
        await act(world, actions.move, found.id, other, version=found.version)
    else:
        await act(world, actions.delete, found.id, version=found.version)
        assert await Machine(service, 2).check() == NEW, "it has the only slot now"
    service.machines.put(remembered)
    assert await machine.check() is None


async def test_hidden_machine_is_not_counted_until_it_checks_in(world, serve) -> None:
    await world.group()
    service = await serve()
    await Machine(service, 1, NEW).check()
    found = await row(world, 1)
    await act(world, actions.hide, found.id, hidden=True, version=found.version)
    async with world.engine.connect() as connection:
        total = await connection.execute(text("SELECT sum(machines) FROM omaha_tally"))
        assert total.scalar_one() == 0

    async def shown() -> bool:
        await Machine(service, 1, NEW).check()
        return not (await row(world, 1)).hidden

    await until(shown)


async def test_retry_offers_again_what_did_not_boot(world, serve) -> None:
    await world.group()
    service = await serve()
    machine = Machine(service, 1)
    await machine.check()
    await machine.install()
    await machine.send(PING, CHECK, event(3, 0, code=268435500))
    found = await row(world, 1)
    await act(world, actions.retry, found.id, version=found.version)
    await machine.learns(NEW)
    found = await row(world, 1)
    with pytest.raises(Conflict):
        await act(world, actions.retry, found.id, version=found.version)


async def test_pause_resume_abort_restart(world, serve) -> None:
    group = await world.group()
    service = await serve()
    first, second = Machine(service, 1), Machine(service, 2)
    assert await first.check() == NEW
    current = await rollout(world, group)
    await act(world, actions.pause, current.id, "friday", version=current.version)
    await second.learns(None)
    await first.learns(NEW)
    current = await rollout(world, group)
    assert (current.state, current.reason) == (2, "friday")
    await act(world, actions.resume, current.id, version=current.version)
    await second.learns(NEW)
    current = await rollout(world, group)
    await act(world, actions.abort, current.id, "bad", version=current.version)
    await first.learns(None)
    current = await rollout(world, group)
    assert (current.state, current.in_progress) == (3, 1)
    await act(world, actions.restart, current.id, version=current.version)
    await first.learns(NEW)
    fresh = await rollout(world, group)
    assert fresh.id != current.id
    assert fresh.in_progress == 1


async def test_a_brake_is_cleared_by_resuming(world, serve) -> None:
    group = await world.group(policy=RolloutPolicy(enabled=True, max_updates_per_period=100))
    service = await serve()
    first, second = Machine(service, 1), Machine(service, 2)
    await first.check()
    await first.fail()
    assert await second.check() is None
    current = await rollout(world, group)
    await act(world, actions.resume, current.id, version=current.version)
    await second.learns(NEW)


async def test_recount_heals_and_says_so(world, serve) -> None:
    await world.group()
    service = await serve()
    await Machine(service, 1).check()
    async with world.engine.begin() as connection:
        await connection.execute(text("UPDATE omaha_counter SET in_progress = 9"))
        await connection.execute(text("UPDATE omaha_rollout SET failed = 4"))
        await connection.execute(text("UPDATE omaha_tally SET machines = machines + 3"))
    drift = await recount(service.store, 1.0)
    assert list(drift.groups.values()) == [{"in_progress": -8}]
    assert list(drift.rollouts.values()) == [{"failed": -4}]
    assert not await measure(service.store)
    async with world.engine.connect() as connection:
        kinds = await connection.execute(text("SELECT kind FROM omaha_event ORDER BY id"))
        assert [found[0] for found in kinds][-1] == 11


async def test_rollups_happen_once_per_bucket_and_age(world, serve) -> None:
    await world.group()
    service = await serve()
    await Machine(service, 1).check()
    start = 1_800_000_000.0 // 86_400 * 86_400
    for later in (0, 60, 299, 300, 3600):
        await retention.roll_up(service.store, start + later)
    rows = await service.store.query(
        "SELECT seconds, at FROM omaha_rollup WHERE machines > 0 ORDER BY seconds, at"
    )
    assert [(row[0], row[1] - start) for row in rows] == [
        (300, 0), (300, 300), (300, 3600), (3600, 0), (3600, 3600), (86400, 0),
    ]  # fmt: skip
    await retention.thin(service.store, start + 3 * 86_400)
    rows = await service.store.query("SELECT DISTINCT seconds FROM omaha_rollup")
    assert sorted(row[0] for row in rows) == [3600, 86400]


async def test_history_is_thinned_in_chunks(world, serve, monkeypatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)
    await world.group()
    service = await serve()
    for number in range(5):
        await Machine(service, number).check()
    assert await retention.thin(service.store, 4e9) >= 5
    assert (await service.store.query("SELECT count(*) FROM omaha_history"))[0][0] == 0


async def test_silent_machines_are_counted(world, serve) -> None:
    await world.group()
    moment = [1_000_000.0]
    service = await serve(clock=lambda: moment[0])
    await Machine(service, 1).check()
    await retention.count_silent(service.store, moment[0] + 90_000)
    assert (await service.store.query("SELECT silent FROM omaha_counter"))[0][0] == 1


async def test_old_release_is_no_reason_to_hold_a_slot(world, serve) -> None:
    await world.group(policy=ONE)
    service = await serve()
    machine = Machine(service, 1)
    await machine.check()
    await machine.install()
    assert await machine.check() == NEW
    assert (await row(world, 1)).release == OLD
