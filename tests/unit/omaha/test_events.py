"""Every event, result and status: what a report does (reference updates 2.1, "Craton")."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from backend.omaha.domain.model import GrantState, Machine, OmahaEvent, Reason, UpdateStatus
from backend.omaha.policy.events import apply, held_status, observe, released

U, G, E, C = UpdateStatus.UNDEFINED, UpdateStatus.GRANTED, UpdateStatus.ERROR, UpdateStatus.COMPLETE
N, D, L, H = (
    UpdateStatus.INSTALLED,
    UpdateStatus.DOWNLOADED,
    UpdateStatus.DOWNLOADING,
    UpdateStatus.ON_HOLD,
)
OLD, NEW = "1.0.0", "2.0.0"


def machine(
    status: UpdateStatus, grant: GrantState = GrantState.OPEN, release: str = OLD
) -> Machine:
    return Machine("m", release, status=status, grant=grant, rollout_id=1, granted_release=NEW)


@pytest.mark.parametrize(
    ("pair", "before", "after"),
    [
        *(((13, 1), s, a) for s, a in [(G, L), (L, L), (D, D), (N, N)]),
        *(((14, 1), s, a) for s, a in [(G, D), (L, D), (D, D), (N, N)]),
        *(((3, 1), s, N) for s in (G, L, D, N)),
        *(((800, 1), s, N) for s in (G, L, D, N)),
    ],
)
def test_progress_only_goes_forward(pair, before, after) -> None:
    found = apply(machine(before), OmahaEvent(*pair), OLD)
    assert (found.status, found.grant) == (after, GrantState.OPEN)


@pytest.mark.parametrize("grant", [GrantState.OPEN, GrantState.TIMED_OUT])
@pytest.mark.parametrize("status", [G, L, D, N])
def test_failure_and_backoff_end_the_update(status, grant) -> None:
    failed = apply(machine(status, grant), OmahaEvent(3, 0, error_code=-2147483611), OLD)
    assert (failed.status, failed.grant, failed.error_code) == (E, GrantState.FAILED, -2147483611)
    deferred = apply(machine(status, grant), OmahaEvent(3, 9, error_code=268435496), OLD)
    assert (deferred.status, deferred.grant) == (H, GrantState.DEFERRED)


@pytest.mark.parametrize(
    ("status", "reported", "expected"),
    [
        (N, NEW, (C, GrantState.SUCCEEDED)),
        (D, NEW, (C, GrantState.SUCCEEDED)),
        (G, NEW, (C, GrantState.SUCCEEDED)),
        (N, OLD, (U, GrantState.NONE)),
        (L, OLD, (U, GrantState.NONE)),
        (N, "1.7.0", (U, GrantState.NONE)),
        (G, OLD, (G, GrantState.OPEN)),
    ],
)
def test_first_check_after_a_reboot(status, reported, expected) -> None:
    found = apply(machine(status), OmahaEvent(3, 2, previous="0.9.0"), reported)
    assert (found.status, found.grant) == expected


def test_an_installed_update_that_did_not_boot_failed_also_without_a_code() -> None:
    found = apply(machine(N), OmahaEvent(3, 2, previous=OLD), OLD)
    assert (found.status, found.grant, found.error_code) == (
        UpdateStatus.ERROR,
        GrantState.FAILED,
        44,
    )
    for early in (G, D, L):
        assert (
            apply(machine(early), OmahaEvent(3, 2, previous=OLD), OLD).grant
            is not GrantState.FAILED
        )


def test_what_does_not_reboot_is_done_once_installed() -> None:
    agent = apply(machine(L), OmahaEvent(3, 1), OLD, reboots=False)
    assert (agent.status, agent.grant) == (C, GrantState.SUCCEEDED)
    system = apply(machine(L), OmahaEvent(3, 1), OLD)
    assert (system.status, system.grant) == (N, GrantState.OPEN)


@pytest.mark.parametrize("previous", ["", "0.0.0.0"])
@pytest.mark.parametrize("status", [G, L, D, N])
def test_an_ordinary_check_changes_nothing_by_itself(status, previous) -> None:
    before = machine(status)
    assert apply(before, OmahaEvent(3, 2, previous=previous), OLD) == before


@pytest.mark.parametrize(
    ("status", "grant"),
    [
        (U, GrantState.NONE),
        (C, GrantState.SUCCEEDED),
        (E, GrantState.FAILED),
        (H, GrantState.DEFERRED),
        (H, GrantState.NONE),
    ],
)
def test_without_an_update_nothing_changes(status, grant) -> None:
    before = replace(machine(status, grant), error_code=268435496)
    for kind, result in itertools.product((1, 2, 3, 9, 13, 14, 800, -1), (0, 1, 2, 9, -1)):
        assert apply(before, OmahaEvent(kind, result, "0.9.0", 1), OLD) == before


LATE = [
    *((GrantState.TIMED_OUT, status) for status in (L, D, N, H)),
    *((GrantState.DEFERRED, status) for status in (G, H)),
]
"""Grants that expired, heard of before or not, with the states a later hold leaves."""


@pytest.mark.parametrize(("grant", "status"), LATE)
def test_what_is_heard_after_a_grant_expired_still_counts(grant, status) -> None:
    before = machine(status, grant)
    failed = apply(before, OmahaEvent(3, 0, error_code=44), OLD)
    assert (failed.status, failed.grant, failed.error_code) == (E, GrantState.FAILED, 44)
    agent = apply(before, OmahaEvent(3, 1), OLD, reboots=False)
    if status is not N:
        assert (agent.status, agent.grant) == (C, GrantState.SUCCEEDED)
    installed = apply(before, OmahaEvent(3, 1), OLD)
    assert (installed.status, installed.grant) == (N, grant)
    back = apply(installed, OmahaEvent(3, 2, previous=OLD), OLD)
    assert (back.grant, back.error_code) == (GrantState.FAILED, 44)
    assert observe(before, "3.0.0").grant is GrantState.SUCCEEDED


@pytest.mark.parametrize("status", [G, H])
def test_late_progress_is_shown_and_brakes_nobody(status) -> None:
    found = apply(machine(status, GrantState.DEFERRED), OmahaEvent(13, 1), OLD)
    assert (found.status, found.grant) == (L, GrantState.DEFERRED)


@pytest.mark.parametrize("pair", [(1, 0), (2, 1), (13, 0), (14, 2), (800, 0), (3, 5), (-1, -1)])
def test_other_pairs_are_acknowledged_only(pair) -> None:
    for status in (G, L, D, N):
        before = machine(status)
        assert apply(before, OmahaEvent(*pair), OLD) == before


@pytest.mark.parametrize(
    ("grant", "reported", "expected"),
    [
        (GrantState.OPEN, NEW, GrantState.SUCCEEDED),
        (GrantState.TIMED_OUT, NEW, GrantState.SUCCEEDED),
        (GrantState.FAILED, NEW, GrantState.SUCCEEDED),
        (GrantState.DEFERRED, NEW, GrantState.SUCCEEDED),
        (GrantState.OPEN, "3.0.0", GrantState.SUCCEEDED),
        (GrantState.OPEN, "1.5.0", GrantState.OPEN),
        (GrantState.FAILED, "3.0.0", GrantState.FAILED),
        (GrantState.NONE, NEW, GrantState.NONE),
    ],
)
def test_reaching_the_version_completes(grant, reported, expected) -> None:
    found = observe(machine(N, grant), reported)
    assert (found.grant, found.release) == (expected, reported)


def test_a_downgrade_is_complete_at_equality_only() -> None:
    down = Machine("m", "3.0.0", status=G, grant=GrantState.OPEN, granted_release=NEW)
    assert observe(down, "3.0.0").grant is GrantState.OPEN
    assert observe(down, "2.5.0").grant is GrantState.OPEN
    assert observe(down, NEW).grant is GrantState.SUCCEEDED


@pytest.mark.parametrize("status", list(UpdateStatus))
def test_a_repeat_of_any_report_changes_nothing(status) -> None:
    for grant, kind, result in itertools.product(GrantState, (3, 13, 14, 800), (0, 1, 2, 9)):
        report = OmahaEvent(kind, result, "0.9.0", 10)
        once = observe(apply(machine(status, grant), report, NEW), NEW)
        assert observe(apply(once, report, NEW), NEW) == once


def test_holds_keep_errors_visible() -> None:
    assert held_status(E, Reason.PERIOD_LIMIT) is E
    assert held_status(U, Reason.PERIOD_LIMIT) is H
    assert held_status(H, Reason.UP_TO_DATE) is U
    assert held_status(C, Reason.UP_TO_DATE) is C
    assert released(machine(L)).status is U
    assert released(machine(E, GrantState.FAILED)).status is E
