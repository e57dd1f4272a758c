"""Readings become hours, and come to the same by a second, naive way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.commerce.metering.hour import HOUR, Hour
from backend.commerce.metering.sampling import Gauge, hours_of
from tests.unit.commerce.naive import naive_hours

T = 1_700_000_000 // HOUR * HOUR
HOLDS = 300

readings = st.dictionaries(
    st.integers(T - 700, T + 2 * HOUR), st.none() | st.integers(0, 50), max_size=12
)


@given(readings, st.randoms(use_true_random=False))
def test_hours_are_those_of_every_second(told: dict[int, int | None], dice: object) -> None:
    until = max(told, default=T) + 400
    expected = naive_hours(told, until, HOLDS)
    assert hours_of(told.items(), until, HOLDS) == expected
    mixed = [*told.items(), *told.items()]
    dice.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis's Random
    assert hours_of(mixed, until, HOLDS) == expected


def test_a_minute_by_minute_hour_is_whole() -> None:
    hours = hours_of(((T + 60 * n, n) for n in range(60)), T + HOUR)
    assert hours == [Hour(T, 0, 59, 59, sum(range(60)) * 60, 60, HOUR)]
    assert hours[0].whole


def test_zero_is_an_hour_and_nothing_read_is_none() -> None:
    assert hours_of([(T + 60 * n, 0) for n in range(60)], T + HOUR) == [
        Hour(T, 0, 0, 0, 0, 60, HOUR)
    ]
    assert hours_of([(T + 60 * n, None) for n in range(60)], T + HOUR) == []


def test_a_reading_holds_for_five_minutes_and_no_longer() -> None:
    (hour,) = hours_of([(T, 7)], T + HOUR)
    assert (hour.covered, hour.area, hour.filled) == (300, 2100, 7 * HOUR)


def test_a_reading_goes_on_into_the_next_hour() -> None:
    first, second = hours_of([(T + HOUR - 100, 3), (T + HOUR + 50, 9)], T + HOUR + 60)
    assert (first.high, first.covered, first.samples) == (3, 100, 1)
    assert (second.low, second.high, second.covered, second.samples) == (3, 9, 60, 1)


def test_a_clock_that_is_set_back_covers_nothing_twice() -> None:
    gauge = Gauge()
    ended = [hour for n in range(30) for hour in gauge.read(T + 60 * n, 5)]
    ended += [hour for n in range(90) for hour in gauge.read(T - HOUR + 60 * n, 5)]
    assert [hour.start for hour in ended] == [T - HOUR]
    assert all(hour.covered <= HOUR for hour in ended)


def test_a_clock_that_is_set_back_by_a_second_gives_nothing_up() -> None:
    gauge = Gauge()
    for n in range(30):
        gauge.read(T + 60 * n, 5)
    gauge.read(T + 60 * 29 - 1, 5)
    ended = [hour for n in range(30, 61) for hour in gauge.read(T + 60 * n, 5)]
    assert [hour.covered for hour in ended] == [HOUR]
