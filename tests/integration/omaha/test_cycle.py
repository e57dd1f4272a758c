"""Whole update cycles, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import re

from sqlalchemy.ext.asyncio import AsyncSession

from backend.omaha.checkin import seen
from backend.omaha.domain.model import GrantState, Reason, UpdateStatus
from backend.omaha.domain.rules import RolloutPolicy, RolloutSchedule, Spread, Wave, WaveKind
from backend.omaha.fleet import actions
from tests.integration.omaha.written import history, rollout, row, settled
from tests.omaha_client import Machine, post
from tests.omaha_world import (
    CHECK,
    FLOOR,
    NEW,
    OLD,
    ORDINARY,
    PING,
    body,
    event,
    mirror,
)
from tests.waiting import until


async def test_full_cycle_over_a_floor(world, serve) -> None:
    await world.group(floors=(FLOOR,))
    machine = Machine(await serve(), 1)
    assert await machine.update() == FLOOR
    assert await machine.update() == NEW
    assert await machine.update() is None
    found = await row(world, 1)
    assert (found.status, found.grant_state, found.release) == (4, GrantState.SUCCEEDED, NEW)
    assert await history(world) == [2, 7, 6, 5, 4, 2, 7, 6, 5, 4]


async def test_failure_is_kept_and_retried(world, serve) -> None:
    group = await world.group()
    machine = Machine(await serve(), 1)
    assert await machine.check() == NEW
    await machine.send(event(13, 1))
    await machine.fail(-2147483611)
    found = await row(world, 1)
    assert (found.status, found.error_code) == (UpdateStatus.ERROR, -2147483611)
    assert await machine.check() == NEW
    await machine.install()
    machine.reboot()
    assert await machine.check() is None
    counts = await rollout(world, group)
    assert (counts.succeeded, counts.failed, counts.in_progress) == (1, 0, 0)


async def test_boot_failure_is_not_offered_again(world, serve) -> None:
    await world.group()
    service = await serve()
    machine = Machine(service, 1)
    await machine.check()
    await machine.install()
    reply = await machine.send(PING, CHECK, event(3, 0, code=268435500))
    assert (reply.check_status, reply.offered) == ("noupdate", None)
    assert (await row(world, 1)).reason == Reason.BOOTED_BACK
    assert await machine.check() is None


async def test_client_backoff_frees_the_slot(world, serve) -> None:
    policy = RolloutPolicy(
        enabled=True, safe_mode=False, max_updates_per_period=9, max_concurrent=1
    )
    await world.group(policy=policy)
    service = await serve()
    first, second = Machine(service, 1), Machine(service, 2)
    assert await first.check() == NEW
    assert await second.check() is None
    await first.send(event(3, 9, code=268435496))
    await second.learns(NEW)
    assert (await row(world, 1)).status == UpdateStatus.ON_HOLD


async def test_rollback_offers_the_lower_version(world, serve) -> None:
    group = await world.group()
    service = await serve()
    machine = Machine(service, 1)
    await machine.update()
    await machine.check()
    await world.point(group, OLD)

    async def newer() -> bool:
        assert await machine.check() is None
        return (await row(world, 1)).reason == Reason.NEWER_THAN_CHANNEL

    await until(newer)
    assert (await row(world, 1)).release == NEW
    allowed = RolloutPolicy(
        enabled=True, safe_mode=False, max_updates_per_period=None, allow_downgrade=True
    )
    await world.set_policy(group, allowed)
    await machine.learns(OLD)
    await machine.install()
    machine.reboot()
    assert await machine.check() is None
    assert (await row(world, 1)).status == UpdateStatus.COMPLETE


async def test_holds_are_noupdate_with_a_reason(world, serve) -> None:
    await world.group("frozen", RolloutPolicy(enabled=False))
    await world.group("hollow", release=None)
    await world.group("black", blacklisted=True)
    service = await serve()
    for number, (track, reason) in enumerate(
        [
            ("frozen", Reason.DISABLED),
            ("hollow", Reason.NO_PACKAGE),
            ("black", Reason.BLACKLISTED),
        ]
    ):
        reply = await post(service, body(number, OLD, ORDINARY, track=track))
        assert (reply.app_status, reply.check_status) == ("ok", "noupdate")
        found = await row(world, number)
        assert (found.reason, found.status) == (reason, UpdateStatus.ON_HOLD)


async def test_only_unknown_app_track_or_version_is_an_error(world, serve) -> None:
    await world.group()
    service = await serve()
    unknown = await post(service, body(1, OLD, ORDINARY, track="nowhere"))
    assert unknown.app_status == "error-failedToRetrieveUpdatePackageInfo"
    app = await post(service, body(1, OLD, ORDINARY, appid="{00000000-0000-4000-8000-0}"))
    assert app.app_status == "error-failedToRetrieveUpdatePackageInfo"
    bad = await post(service, body(1, "4459.2", ORDINARY))
    assert bad.app_status == "error-instanceRegistrationFailed"
    assert await row(world, 1) is None


async def test_safe_mode_waits_for_the_first_success_then_brakes(world, serve) -> None:
    policy = RolloutPolicy(enabled=True, safe_mode=True, max_updates_per_period=100, brake_after=2)
    group = await world.group(policy=policy)
    service = await serve()
    machines = [Machine(service, n) for n in range(6)]
    assert await machines[0].check() == NEW
    assert await machines[1].check() is None
    await machines[0].install()
    machines[0].reboot()
    await machines[0].check()
    for machine in machines[1:4]:
        await machine.learns(NEW)
    await machines[1].fail()
    await machines[2].fail()
    assert await machines[4].check() is None
    assert (await rollout(world, group)).state == 4
    assert (await row(world, 4)).reason == Reason.BRAKED


async def test_safe_mode_brakes_when_the_first_fails(world, serve) -> None:
    group = await world.group(policy=RolloutPolicy(enabled=True, max_updates_per_period=100))
    service = await serve()
    first, second = Machine(service, 1), Machine(service, 2)
    await first.check()
    await first.fail()
    assert await second.check() is None
    assert (await rollout(world, group)).state == 4


async def test_forced_check_skips_rate_only(world, serve) -> None:
    policy = RolloutPolicy(
        enabled=True,
        safe_mode=False,
        max_updates_per_period=0,
        forced_checks_skip_limits=True,
        schedule=RolloutSchedule(spread=Spread.PERCENT, percent=0),
    )
    group = await world.group(policy=policy)
    service = await serve()
    machine = Machine(service, 1)
    assert await machine.check() is None
    assert await machine.check("ondemandupdate") == NEW
    assert (await rollout(world, group)).forced == 1


async def test_waves_advance_after_soak_and_stop_on_failures(world, serve) -> None:
    waves = (
        Wave(name="canary", kind=WaveKind.CANARY, machines=2, max_failure_percent=0),
        Wave(name="half", kind=WaveKind.PERCENT, percent=100, max_failure_percent=10),
        Wave(name="all"),
    )
    policy = RolloutPolicy(enabled=True, safe_mode=False, max_updates_per_period=None, waves=waves)
    group = await world.group(policy=policy)
    service = await serve()
    machines = [Machine(service, n) for n in range(8)]
    offers = [await m.check() for m in machines[:4]]
    assert offers == [NEW, NEW, None, None]
    for machine in machines[:2]:
        await machine.install()
        machine.reboot()
        await machine.check()
    service.sweeps.due["rollouts"] = 0
    await service.sweeps.tick()
    assert (await rollout(world, group)).wave == 1
    async with asyncio.timeout(60):
        while await machines[4].check() != NEW:
            await asyncio.sleep(0.05)
    await machines[4].fail()
    service.sweeps.due["rollouts"] = 0
    await service.sweeps.tick()
    assert (await rollout(world, group)).state == 4


async def test_repointing_moves_open_grants_to_the_new_rollout(world, serve) -> None:
    group = await world.group()
    service = await serve()
    machine = Machine(service, 1)
    assert await machine.check() == NEW
    await world.point(group, "4628.0.0")
    await machine.learns("4628.0.0")
    counts = await rollout(world, group)
    assert (counts.release, counts.in_progress) == ("4628.0.0", 1)


async def test_moving_to_another_track_leaves_the_slot(world, serve) -> None:
    one = await world.group(policy=RolloutPolicy(enabled=True, safe_mode=False))
    await world.group("beta")
    service = await serve()
    machine = Machine(service, 1)
    assert await machine.check() == NEW
    machine.track = "beta"
    assert await machine.check() == NEW
    assert (await rollout(world, one)).in_progress == 0


async def test_repeats_change_nothing(world, serve) -> None:
    await world.group(floors=(FLOOR,))
    service = await serve()
    machine = Machine(service, 1)
    await machine.check()
    for inner in (event(13, 1), event(14, 1), event(3, 1)):
        await machine.send(inner)
        await machine.send(inner)
    await machine.send(event(13, 1))
    machine.reboot()
    rebooted = body(1, FLOOR, PING, CHECK, event(3, 2, OLD))
    first, again = await post(service, rebooted), await post(service, rebooted)
    assert first.offered == again.offered == NEW
    assert await history(world) == [2, 7, 6, 5, 4, 2]


async def test_events_without_an_update_are_acknowledged(world, serve) -> None:
    await world.group()
    service = await serve()
    for kind, result in [(3, 0), (3, 1), (3, 9), (13, 1), (14, 1), (800, 1), (1, 0), (77, 5)]:
        reply = await post(service, body(1, NEW, event(kind, result, code=1)))
        assert (reply.status, reply.app_status) == (200, "ok")
        assert '<event status="ok"/>' in reply.text
    assert (await row(world, 1)).status == UpdateStatus.UNDEFINED
    assert await history(world) == []


async def test_several_applications_answer_in_order(world, serve) -> None:
    await world.group()
    service = await serve()
    one = body(1, OLD, CHECK).decode()
    app = one[one.index("<app") : one.index("</app>") + 6]
    other = app.replace("{e96281a6", "{00000000").replace(CHECK, PING)
    both = one.replace(app, other + app.replace("{e962", "e962").replace("dc57}", "dc57"))
    reply = await post(service, both.encode())
    assert reply.text.index("{00000000") < reply.text.index('appid="e962')
    assert reply.offered == NEW


async def test_steady_checks_write_last_seen_in_batches(world, serve, monkeypatch) -> None:
    monkeypatch.setattr(seen, "FLUSH_SECONDS", 3600.0)  # when the test says
    await world.group()
    moment = [1_000_000.0]
    service = await serve(clock=lambda: moment[0])
    machine = Machine(service, 1, NEW)
    await machine.check()
    await machine.check()
    await settled(service)
    before = await row(world, 1)
    moment[0] += 3000
    await machine.check()
    assert (await row(world, 1)).last_seen == before.last_seen
    await service.seen.flush()
    after = await row(world, 1)
    assert after.last_seen == before.last_seen + 3000
    assert after.version == before.version


async def test_syncer_gets_every_step_and_is_not_registered(world, serve) -> None:
    await world.group(floors=(FLOOR,))
    service = await serve()
    reply = await post(service, mirror())
    assert reply.text.count("<manifest") == 2
    assert 'is_floor="true"' in reply.text
    assert 'is_target="true"' in reply.text
    plain = await post(service, mirror(multi=False))
    assert plain.check_status == "noupdate"
    assert (await service.store.query("SELECT count(*) FROM omaha_instance"))[0][0] == 0


async def test_secret_suffix_is_the_only_path(world, serve) -> None:
    await world.group()
    service = await serve(suffix="s3cret")
    assert (await post(service, body(1, OLD, CHECK))).status == 404
    assert (await post(service, body(1, OLD, CHECK), path="/v1/update/s3cret/")).offered == NEW


async def test_malformed_input_is_a_400_with_a_reason(world, serve) -> None:
    service = await serve()
    for content in (b"", b"<request", b"<request/>", b"<!DOCTYPE x><request/>", b" " * 70_000):
        reply = await post(service, content)
        assert reply.status == 400
        assert len(reply.text) > 10


async def test_finished_rollout_is_said_once(world, serve) -> None:
    group = await world.group()
    service = await serve()
    machine = Machine(service, 1)
    await machine.update()
    await machine.check()
    await service.sweeps.tick()
    assert (await rollout(world, group)).state == 5
    newcomer = Machine(service, 2)
    assert await newcomer.check() == NEW
    assert (await rollout(world, group)).state == 1


async def test_last_seen_is_kept_for_machines_that_hold_a_grant(world, serve) -> None:
    await world.group()
    moment = [1_000_000.0]
    service = await serve(clock=lambda: moment[0])
    machine = Machine(service, 1)
    assert await machine.check() == NEW
    moment[0] += 100
    assert await machine.check() == NEW
    moment[0] += 100
    await machine.send(PING)
    await service.seen.flush()
    assert (await row(world, 1)).last_seen == moment[0]


async def test_too_many_waiting_is_a_503(world, serve, monkeypatch) -> None:
    await world.group()
    service = await serve()
    monkeypatch.setattr("backend.omaha.checkin.writer.MAX_WAITING", 0)
    reply = await post(service, body(1, OLD, ORDINARY))
    assert reply.status == 503


async def test_a_mirror_gets_every_floor_and_the_target_under_one_base(world, serve) -> None:
    floors = tuple(f"4593.1.{n}" for n in range(7))
    await world.group(floors=floors)
    service = await serve()
    reply = await post(service, mirror())
    assert reply.text.count("<manifest") == len(floors) + 1
    assert f'<manifest version="{NEW}" is_target="true">' in reply.text
    assert reply.text.count("<url ") == 1
    assert '<url codebase="http://updates.example:8080/v1/payloads/package/"/>' in reply.text
    names = re.findall(r'<package name="([^"]+)"', reply.text)
    assert len(set(names)) == len(names) == 2 * (len(floors) + 1)
    assert not any("/" in name for name in names)


async def test_a_mirror_never_gets_what_was_aborted(world, serve) -> None:
    group = await world.group()
    service = await serve()
    assert (await post(service, mirror())).offered == NEW
    rollout = (await service.store.query("SELECT rollout_id FROM omaha_group"))[0][0]
    async with AsyncSession(world.engine) as session, session.begin():
        await actions.abort(session, rollout, "broken", version=1)
    await service.reload()
    assert (await post(service, mirror())).check_status == "noupdate"
    assert group


async def test_braces_do_not_let_a_machine_past_the_limits(world, serve) -> None:
    await world.group(
        policy=RolloutPolicy(
            enabled=True, max_concurrent=1, max_updates_per_period=None, safe_mode=False
        )
    )
    service = await serve()
    offered = [
        (await post(service, body(machine, OLD, ORDINARY))).offered
        for machine in ("{aa11e64c-2266-4785-a282-9e2024660e03}", "{0}", "1", 2)
    ]
    assert offered == [NEW, None, None, None]


async def test_a_report_without_a_check_is_acknowledged_whatever_its_version(world, serve) -> None:
    await world.group()
    service = await serve()
    reply = await post(service, body(1, "not a version", event(13, 1)))
    assert (reply.status, reply.app_status) == (200, "ok")
    assert '<event status="ok"/>' in reply.text
    refused = await post(service, body(1, "not a version", CHECK))
    assert refused.app_status == "error-instanceRegistrationFailed"
