"""The rules as tables: what a machine is told, and why."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.omaha.domain.model import (
    Arch,
    Channel,
    Counters,
    Floor,
    GrantState,
    Group,
    Machine,
    Package,
    Reason,
    Rollout,
    RolloutState,
)
from backend.omaha.domain.rules import (
    ListFilter,
    MaintenanceWindow,
    ReleaseFilter,
    RolloutPolicy,
    RolloutSchedule,
    Spread,
    Wave,
    WaveKind,
)
from backend.omaha.domain.semver import InvalidRelease, parse
from backend.omaha.policy import windows
from backend.omaha.policy.decision import CheckContext, decide
from backend.omaha.policy.limits import add_grants, granted_within, must_brake
from backend.omaha.policy.selection import WaveStep, position, share, wave_step

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=ZoneInfo("UTC")).timestamp()


def package(release: str, identity: int = 1, blacklist: frozenset[int] = frozenset()) -> Package:
    return Package(
        identity, 1, parse(release), Arch.AMD64, "", "f", 1, "", "x", blacklist=blacklist
    )


def group(
    policy: RolloutPolicy,
    release: str | None = "2.0.0",
    floors: tuple[str, ...] = (),
    blacklisted: bool = False,
    rollout: Rollout | None = None,
) -> Group:
    target = release and package(release, blacklist=frozenset({1} if blacklisted else ()))
    steps = tuple(Floor(package(f, 10 + n), "r") for n, f in enumerate(floors))
    channel = Channel(1, "stable", Arch.AMD64, target or None, steps)
    return Group(
        1, 1, "g", "stable", Arch.AMD64, policy, channel, rollout or Rollout(7, 1, succeeded=1)
    )


def machine(release: str = "1.0.0", **changes) -> Machine:
    return Machine("m" * 32, release, **changes)


FREE = {"enabled": True, "safe_mode": False, "max_updates_per_period": None}

HOLDS = [
    ("no package", group(RolloutPolicy(**FREE), None), machine(), Reason.NO_PACKAGE),
    ("blacklisted", group(RolloutPolicy(**FREE), blacklisted=True), machine(), Reason.BLACKLISTED),
    ("up to date", group(RolloutPolicy(**FREE)), machine("2.0.0"), Reason.UP_TO_DATE),
    (
        "build metadata is equal",
        group(RolloutPolicy(**FREE)),
        machine("2.0.0+x"),
        Reason.UP_TO_DATE,
    ),
    ("newer", group(RolloutPolicy(**FREE)), machine("3.0.0"), Reason.NEWER_THAN_CHANNEL),
    ("up to date beats disabled", group(RolloutPolicy()), machine("2.0.0"), Reason.UP_TO_DATE),
    ("disabled", group(RolloutPolicy()), machine(), Reason.DISABLED),
    (
        "paused",
        group(RolloutPolicy(**FREE), rollout=Rollout(7, 1, state=RolloutState.PAUSED)),
        machine(),
        Reason.PAUSED,
    ),
    (
        "aborted",
        group(RolloutPolicy(**FREE), rollout=Rollout(7, 1, state=RolloutState.ABORTED)),
        machine(),
        Reason.ABORTED,
    ),
    (
        "braked",
        group(RolloutPolicy(**FREE), rollout=Rollout(7, 1, state=RolloutState.BRAKED)),
        machine(),
        Reason.BRAKED,
    ),
    (
        "weekend",
        group(RolloutPolicy(**FREE, windows=(MaintenanceWindow(),))),
        machine(),
        Reason.OUTSIDE_WINDOW,
    ),
    (
        "oem",
        group(RolloutPolicy(**FREE, oem=ListFilter(exclude=("QEMU",)))),
        machine(oem="qemu"),
        Reason.OEM_FILTERED,
    ),
    (
        "oem not included",
        group(RolloutPolicy(**FREE, oem=ListFilter(include=("azure",)))),
        machine(oem="qemu"),
        Reason.OEM_FILTERED,
    ),
    (
        "platform",
        group(RolloutPolicy(**FREE, platform=ListFilter(include=("CoreOS",)))),
        machine(platform="other"),
        Reason.PLATFORM_FILTERED,
    ),
    (
        "present version",
        group(RolloutPolicy(**FREE, release=ReleaseFilter(minimum="1.5.0"))),
        machine(),
        Reason.RELEASE_FILTERED,
    ),
    (
        "nobody selected",
        group(RolloutPolicy(**FREE, schedule=RolloutSchedule(spread=Spread.PERCENT, percent=0))),
        machine(),
        Reason.NOT_YET_SELECTED,
    ),
    (
        "booted back",
        group(RolloutPolicy(**FREE)),
        machine(grant=GrantState.FAILED, error_code=268435500, granted_release="2.0.0"),
        Reason.BOOTED_BACK,
    ),
    (
        "aborted ends an open grant",
        group(RolloutPolicy(**FREE), rollout=Rollout(7, 1, state=RolloutState.ABORTED)),
        machine(grant=GrantState.OPEN, granted_release="2.0.0"),
        Reason.ABORTED,
    ),
]


@pytest.mark.parametrize(("name", "where", "who", "reason"), HOLDS, ids=[h[0] for h in HOLDS])
def test_holds(name: str, where: Group, who: Machine, reason: Reason) -> None:
    decision = decide(who, where, CheckContext(SATURDAY))
    assert (decision.package, decision.reason) == (None, reason)


@pytest.mark.parametrize(
    ("policy", "rollout", "counters", "reason"),
    [
        ({"max_updates_per_period": 2}, {}, Counters(0, 1), Reason.NONE),
        ({"max_updates_per_period": 2}, {}, Counters(0, 2), Reason.PERIOD_LIMIT),
        ({"max_updates_per_period": 2}, {}, Counters(2, 0), Reason.CONCURRENCY_LIMIT),
        ({"max_updates_per_period": 9, "max_concurrent": 1}, {}, Counters(1, 1),
         Reason.CONCURRENCY_LIMIT),
        ({"max_updates_per_period": 0}, {}, Counters(), Reason.PERIOD_LIMIT),
        ({"safe_mode": True}, {"in_progress": 1}, Counters(), Reason.SAFE_MODE),
        ({"safe_mode": True}, {}, Counters(), Reason.NONE),
        ({"safe_mode": True}, {"failed": 1}, Counters(), Reason.BRAKED),
        ({"safe_mode": True, "brake_after": 2}, {"succeeded": 5, "failed": 1, "timed_out": 1},
         Counters(), Reason.BRAKED),
        ({"safe_mode": True, "brake_after": 2}, {"succeeded": 5, "failed": 1}, Counters(),
         Reason.NONE),
        ({}, {"failed": 100}, Counters(), Reason.NONE),
    ],
)  # fmt: skip
def test_limits(policy, rollout, counters, reason) -> None:
    where = group(RolloutPolicy(**{**FREE, **policy}), rollout=Rollout(7, 1, **rollout))
    decision = decide(machine(), where, CheckContext(SATURDAY, counters))
    assert decision.reason is reason
    assert (decision.package is not None) is (reason is Reason.NONE)
    assert decision.brake is (reason is Reason.BRAKED)


@pytest.mark.parametrize(
    ("policy", "where", "reason"),
    [
        ({"max_updates_per_period": 0}, {}, Reason.NONE),
        ({"schedule": RolloutSchedule(spread=Spread.PERCENT, percent=0)}, {}, Reason.NONE),
        ({"safe_mode": True}, {"rollout": Rollout(7, 1, in_progress=1)}, Reason.SAFE_MODE),
        ({"windows": (MaintenanceWindow(),)}, {}, Reason.OUTSIDE_WINDOW),
        ({"enabled": False}, {}, Reason.DISABLED),
        ({"oem": ListFilter(include=("x",))}, {}, Reason.OEM_FILTERED),
    ],
)
def test_forced_checks_skip_rate_and_share_only(policy, where, reason) -> None:
    forced = RolloutPolicy(**{**FREE, **policy}, forced_checks_skip_limits=True)
    decision = decide(
        machine(), group(forced, **where), CheckContext(SATURDAY, Counters(), forced=True)
    )
    assert decision.reason is reason


def test_an_open_grant_is_offered_again_past_every_limit() -> None:
    closed = RolloutPolicy(enabled=False, max_updates_per_period=0, windows=(MaintenanceWindow(),))
    held = machine(grant=GrantState.OPEN, granted_release="2.0.0")
    decision = decide(held, group(closed), CheckContext(SATURDAY, Counters(9, 9)))
    assert decision.own_slot
    assert decision.package is not None


@pytest.mark.parametrize(
    ("release", "floors", "expected"),
    [
        ("1.0.0", ("1.5.0",), "1.5.0"),
        ("1.5.0", ("1.5.0",), "2.0.0"),
        ("1.0.0", ("1.2.0", "1.5.0"), "1.2.0"),
        ("1.3.0", ("1.2.0", "1.5.0"), "1.5.0"),
        ("1.0.0", ("2.0.0",), "2.0.0"),
        ("1.0.0", ("3.0.0",), "2.0.0"),
    ],
)
def test_floors_one_step_at_a_time(release, floors, expected) -> None:
    decision = decide(
        machine(release), group(RolloutPolicy(**FREE), floors=floors), CheckContext(SATURDAY)
    )
    assert decision.package is not None
    assert decision.package.release.text == expected


def test_downgrade_offers_when_the_version_differs() -> None:
    where = group(RolloutPolicy(**FREE, allow_downgrade=True), floors=("1.5.0",))
    assert decide(machine("3.0.0"), where, CheckContext(SATURDAY)).package.release.text == "2.0.0"
    assert decide(machine("2.0.0"), where, CheckContext(SATURDAY)).reason is Reason.UP_TO_DATE


def at(zone: str, *moment: int) -> float:
    return datetime(*moment, tzinfo=ZoneInfo(zone)).timestamp()


OFFICE = RolloutPolicy(timezone="Europe/Berlin", windows=(MaintenanceWindow(),))
NIGHT = RolloutPolicy(
    timezone="Europe/Berlin", windows=(MaintenanceWindow(days=frozenset({5}), start=1320, end=180),)
)


@pytest.mark.parametrize(
    ("policy", "moment", "expected"),
    [
        (OFFICE, at("Europe/Berlin", 2026, 3, 27, 8, 59), False),
        (OFFICE, at("Europe/Berlin", 2026, 3, 27, 9, 0), True),
        (OFFICE, at("Europe/Berlin", 2026, 3, 27, 16, 59), True),
        (OFFICE, at("Europe/Berlin", 2026, 3, 27, 17, 0), False),
        (OFFICE, at("Europe/Berlin", 2026, 3, 28, 12, 0), False),
        (OFFICE, at("UTC", 2026, 3, 27, 8, 0), True),
        (OFFICE, at("UTC", 2026, 3, 30, 7, 0), True),
        (OFFICE, at("UTC", 2026, 3, 30, 6, 59), False),
        (OFFICE, at("UTC", 2026, 10, 26, 8, 0), True),
        (OFFICE, at("UTC", 2026, 10, 26, 7, 59), False),
        (NIGHT, at("UTC", 2026, 10, 24, 20, 0), True),
        (NIGHT, at("UTC", 2026, 10, 25, 0, 30), True),
        (NIGHT, at("UTC", 2026, 10, 25, 1, 30), True),
        (NIGHT, at("UTC", 2026, 10, 25, 2, 0), False),
        (NIGHT, at("UTC", 2026, 3, 29, 0, 59), True),
        (NIGHT, at("UTC", 2026, 3, 29, 1, 0), False),
        (NIGHT, at("UTC", 2026, 10, 26, 0, 30), False),
        (RolloutPolicy(), SATURDAY, True),
    ],
)
def test_windows_keep_wall_clock_hours_over_daylight_saving(policy, moment, expected) -> None:
    assert windows.is_open(policy, moment) is expected


@pytest.mark.parametrize(
    ("elapsed", "paused_at", "paused", "expected"),
    [
        (0, None, 0, 1.0),
        (59, None, 0, 1.0),
        (60, None, 0, 2.0),
        (5940, None, 0, 100.0),
        (99999, None, 0, 100.0),
        (600, None, 300, 6.0),
        (600, 120, 0, 3.0),
    ],
)
def test_linear_share(elapsed, paused_at, paused, expected) -> None:
    schedule = RolloutSchedule(spread=Spread.LINEAR, frame_seconds=60, duration_seconds=6000)
    rollout = Rollout(1, 1, created_at=1000.0, paused_seconds=float(paused))
    if paused_at is not None:
        rollout = Rollout(1, 1, created_at=1000.0, paused_at=1000.0 + paused_at)
    assert share(schedule, rollout, 1000.0 + elapsed) == pytest.approx(expected)


@given(st.lists(st.text(max_size=32), min_size=1, max_size=50), st.integers(1, 10**6))
def test_positions_are_stable_and_in_range(names: list[str], rollout: int) -> None:
    for name in names:
        assert 0 <= position(name, rollout) < 100
        assert position(name, rollout) == position(name, rollout)


def test_positions_spread_evenly_and_differ_between_rollouts() -> None:
    names = [f"{n:032x}" for n in range(4000)]
    low = {name for name in names if position(name, 1) < 25}
    assert 900 < len(low) < 1100
    assert len(low & {name for name in names if position(name, 2) < 25}) < 350


@given(st.floats(0, 100), st.floats(0, 100), st.text(min_size=1, max_size=32))
def test_raising_the_share_only_adds(one: float, two: float, name: str) -> None:
    low, high = sorted((one, two))
    assert not (position(name, 1) < low and not position(name, 1) < high)


CANARY = (Wave(kind=WaveKind.CANARY, machines=2, soak_seconds=60, max_failure_percent=20), Wave())


@pytest.mark.parametrize(
    ("rollout", "now", "expected"),
    [
        ({}, 1000, WaveStep.STAY),
        ({"wave_started_at": 0.0, "succeeded": 2}, 59, WaveStep.STAY),
        ({"wave_started_at": 0.0, "succeeded": 2}, 60, WaveStep.ADVANCE),
        ({"wave_started_at": 0.0, "succeeded": 1, "in_progress": 1}, 99, WaveStep.STAY),
        ({"wave_started_at": 0.0}, 99, WaveStep.STAY),
        ({"wave_started_at": 0.0, "succeeded": 1, "failed": 1}, 1, WaveStep.STOP),
        ({"wave_started_at": 0.0, "succeeded": 9, "timed_out": 1}, 61, WaveStep.ADVANCE),
        ({"wave_started_at": 0.0, "wave": 1, "succeeded": 5}, 999, WaveStep.STAY),
        ({"wave_started_at": 0.0, "succeeded": 4, "failed": 3, "wave_base_failed": 3}, 60,
         WaveStep.ADVANCE),
    ],
)  # fmt: skip
def test_wave_steps(rollout, now, expected) -> None:
    policy = RolloutPolicy(**FREE, waves=CANARY)
    assert wave_step(policy, Rollout(1, 1, **rollout), now) is expected


def test_brake_forgives_what_was_before_a_resume() -> None:
    policy = RolloutPolicy(enabled=True, safe_mode=True, brake_after=2)
    assert must_brake(policy, Rollout(1, 1, succeeded=3, failed=2))
    assert not must_brake(policy, Rollout(1, 1, succeeded=3, failed=2, brake_base=2))


@given(
    st.lists(st.tuples(st.floats(0, 50), st.integers(1, 5)), max_size=80),
    st.floats(10, 1000),
)
def test_buckets_never_count_too_little_and_stay_small(gaps, period: float) -> None:
    buckets, now, grants = [], 1000.0, []
    for gap, count in gaps:
        now += gap
        buckets = add_grants(buckets, period, now, count)
        grants.append((now, count))
        exact = sum(c for at_, c in grants if at_ > now - period)
        slack = sum(c for at_, c in grants if at_ > now - period * 1.11)
        assert exact <= granted_within(buckets, period, now) <= slack
        assert len(buckets) <= 12


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("1.0.0", "1.0.1"),
        ("1.9.0", "1.10.0"),
        ("1.0.0-alpha", "1.0.0"),
        ("1.0.0-alpha.1", "1.0.0-alpha.beta"),
        ("1.0.0-2", "1.0.0-11"),
        ("1.0.0-rc.1", "1.0.0"),
    ],
)
def test_semantic_order(low: str, high: str) -> None:
    assert parse(low) < parse(high)


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "1.2.3.4", "0.0.0.0", "01.2.3", "v1.2.3", "1.2.3-"]
)
def test_what_is_no_semantic_version(text: str) -> None:
    with pytest.raises(InvalidRelease):
        parse(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Mars/Olympus"},
        {"timezone": "../etc/passwd"},
        {"max_updates_per_period": -1},
        {"period_seconds": 0},
        {"unknown": 1},
        {"waves": [{"kind": "canary"}]},
        {"release": {"minimum": "1.2"}},
        {"schedule": {"percent": 101}},
        {"windows": [{"days": [7]}]},
    ],
)
def test_policies_that_are_refused(wrong) -> None:
    with pytest.raises(ValidationError):
        RolloutPolicy.model_validate(wrong)
