"""The clock of licences: set back, set to 2099, switched off for a week."""

from __future__ import annotations

from backend.commerce.licence.clock import BEHIND, LEAP, STOOD, Leap, Trust, observe
from tests.unit.commerce.vendor import DAY, at

NOW = at(2026, 11, 30, 12)
FAR = at(2099, 1, 1)


def test_the_first_look_begins_the_mark_unless_a_second_clock_contradicts() -> None:
    assert observe(NOW, None).mark == NOW
    assert observe(FAR, None, NOW).mark == NOW
    assert observe(NOW, None, FAR).mark == NOW
    assert observe(FAR, None, NOW).trust is Trust.UNCONFIRMED


def test_a_clock_set_back_counts_as_the_mark() -> None:
    back = observe(NOW - BEHIND - 1, NOW)
    assert (back.now, back.mark, back.trust) == (NOW, NOW, Trust.SUSPECT)
    little = observe(NOW - BEHIND, NOW)
    assert (little.now, little.mark, little.trust) == (NOW, NOW, Trust.GOOD)


def test_the_mark_follows_hour_by_hour() -> None:
    mark = NOW
    for hour in range(1, 24 * 40):
        mark = observe(NOW + hour * 3600, mark).mark
    assert mark == NOW + (24 * 40 - 1) * 3600


def test_a_leap_to_2099_raises_no_mark_and_is_over_when_the_clock_is_back() -> None:
    leapt = observe(FAR, NOW)
    assert (leapt.now, leapt.mark, leapt.trust) == (FAR, NOW, Trust.UNCONFIRMED)
    assert observe(FAR, NOW, NOW).mark == NOW
    back = observe(NOW + 60, leapt.mark)
    assert (back.now, back.trust) == (NOW + 60, Trust.GOOD)


def test_a_machine_that_was_off_for_a_week_is_believed_with_a_second_clock() -> None:
    week = NOW + 7 * DAY
    assert observe(week, NOW, week + 5).mark == week
    assert observe(week, NOW).mark == NOW
    assert observe(NOW + LEAP, NOW).mark == NOW + LEAP


def test_a_leap_is_believed_after_a_day_that_went_on_as_time_does() -> None:
    leap = Leap(NOW, 100.0)
    assert leap.stands(NOW + DAY, 100.0 + DAY)
    assert not leap.stands(NOW + 2 * DAY, 100.0 + DAY), "it was set again"
    assert not leap.stood(100.0 + STOOD - 1)
    assert leap.stood(100.0 + STOOD)
