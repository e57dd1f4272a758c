"""What a period is billed by: the reference's numbers, and the same by a second, naive way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.commerce.metering.aggregation import Aggregation, Rule
from backend.commerce.metering.billing import Billed, Used, bill, free_days
from backend.commerce.metering.days import by_start
from backend.commerce.metering.freezing import CORRECTED, Late, correction, freeze
from backend.commerce.metering.hour import HOUR, Hour
from backend.commerce.metering.span import Span, day_in, midnight, month, span
from tests.unit.commerce.naive import naive_value

BERLIN, LORD_HOWE = "Europe/Berlin", "Australia/Lord_Howe"
NOVEMBER = month(date(2026, 11, 5), "UTC")
RULES = ["peak", "p95", "average", "sustained:0", "sustained:2", "last", "sum"]
ZONES = st.sampled_from([
    "UTC", BERLIN, LORD_HOWE, "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Asia/Beirut",
])  # fmt: skip


def level(start: int, value: int, covered: int = HOUR, stored: int = 0) -> Hour:
    return Hour(start, value, value, value, value * covered, 1, covered, stored)


def of_days(period: Span, peaks: Sequence[int]) -> dict[int, Hour]:
    """Every hour of each day at its peak."""
    hours = [
        level(start, value)
        for day, value in zip(period.days, peaks, strict=False)
        for start in day.hours
    ]
    return by_start(hours)


def billed(period: Span, hours: dict[int, Hour], rule: str, **more: int) -> Billed:
    return bill(Used(period, hours, **more), Aggregation.of(rule))


@pytest.mark.parametrize(
    ("peaks", "value"),
    [([60, 58, *[12] * 28], 12), ([60, 58, 57, *[12] * 27], 57)],
)
def test_two_spike_days_are_free_and_a_third_is_not(peaks: list[int], value: int) -> None:
    told = billed(NOVEMBER, of_days(NOVEMBER, peaks), "sustained:2")
    assert told.value == value
    assert [one.value for one in told.higher] == [60, 58]
    assert told.source is not None
    assert told.source.day == date(2026, 11, 3)


@pytest.mark.parametrize(("days", "free"), [(30, 2), (29, 1), (15, 1), (14, 0), (1, 0)])
def test_a_part_of_a_period_has_a_part_of_the_free_days(days: int, free: int) -> None:
    assert free_days(2, days, 30) == free
    part = span(date(2026, 11, 1), date(2026, 11, 1) + timedelta(days), "UTC")
    peaks = [100 - n for n in range(days)]
    assert billed(part, of_days(part, peaks), "sustained:2", whole=30).value == 100 - free


def test_days_that_nobody_saw_make_nothing_free() -> None:
    hours = of_days(NOVEMBER, [40, 30])
    told = billed(NOVEMBER, hours, "sustained:2")
    assert (told.value, [one.value for one in told.higher]) == (30, [40])
    assert (told.coverage.missing, told.coverage.share) == (28 * 24, Fraction(2, 30))


def test_nearest_rank() -> None:
    day = span(date(2026, 11, 1), date(2026, 11, 2), "UTC")
    hours = {start: level(start, n) for n, start in enumerate(day.days[0].hours, 1)}
    told = billed(day, hours, "p95")
    assert told.value == 23  # ceil(0.95 * 24)
    assert [one.value for one in told.higher] == [24]


def test_an_average_divides_by_the_whole_period_also_where_zero_hosts_wrote_no_row() -> None:
    """Mackerel, October 2022: averages were divided by the hours that had a row."""
    starts = [start for day in NOVEMBER.days for start in day.hours]
    half = {start: level(start, 10) for start in starts[: len(starts) // 2]}
    told = billed(NOVEMBER, half, "average")
    assert (told.value, told.divisor, told.filled) == (5, 720, 360)


def test_a_gap_is_filled_with_its_lower_neighbour_in_an_average_alone() -> None:
    day = span(date(2026, 11, 1), date(2026, 11, 2), "UTC")
    starts = list(day.days[0].hours)
    hours = {start: level(start, 30 if n < 12 else 6) for n, start in enumerate(starts)}
    del hours[starts[12]], hours[starts[11]]
    told = billed(day, hours, "average")
    assert told.value == Fraction(11 * 30 + 2 * 6 + 11 * 6, 24)
    assert billed(day, hours, "peak").value == 30
    assert billed(day, hours, "p95").value == 30
    assert billed(day, hours, "sum").value == 11 * 30 + 11 * 6


def test_an_hour_that_was_seen_in_part_is_filled_with_its_lowest_value() -> None:
    day = span(date(2026, 11, 1), date(2026, 11, 2), "UTC")
    hours = {start: level(start, 8, 1800) for start in day.days[0].hours}
    told = billed(day, hours, "average")
    assert told.value == 8
    assert (told.coverage.partial, told.coverage.share) == (24, Fraction(1, 2))


def test_zero_use_is_zero_and_no_use_known_is_none() -> None:
    zeros = of_days(NOVEMBER, [0] * 30)
    for rule in RULES:
        assert billed(NOVEMBER, zeros, rule).value == 0
        assert billed(NOVEMBER, {}, rule).value is None


def test_who_came_on_two_days_counts_once() -> None:
    ids = {date(2026, 11, 1): ["a", "b"], date(2026, 11, 2): ["b"], date(2026, 12, 1): ["c"]}
    assert bill(Used(NOVEMBER, {}, ids=ids), Aggregation(Rule.UNIQUE)).value == 2


def test_a_period_that_runs_is_billed_up_to_now() -> None:
    now = NOVEMBER.start + 36 * HOUR + 1800
    hours = {start: level(start, 4) for start in range(NOVEMBER.start, now - 1800, HOUR)}
    told = billed(NOVEMBER, hours, "average", now=now)
    assert (told.value, told.coverage.missing, told.divisor) == (4, 0, 36)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, date(2026, 3, 1), Fraction(743)),
        (BERLIN, date(2026, 10, 1), Fraction(745)),
        (LORD_HOWE, date(2026, 4, 1), Fraction("720.5")),
        (LORD_HOWE, date(2026, 10, 1), Fraction("743.5")),
        ("UTC", date(2028, 2, 29), Fraction(29 * 24)),
        ("UTC", date(2026, 2, 1), Fraction(28 * 24)),
    ],
)
def test_months_are_as_long_as_they_are(zone: str, day: date, hours: Fraction) -> None:
    assert month(day, zone).long == hours


@given(st.dates(date(1995, 1, 1), date(2040, 1, 1)), ZONES)
def test_days_and_months_tile(day: date, zone: str) -> None:
    one = month(day, zone)
    following = month(one.until, zone)
    assert (one.end, one.until) == (following.start, following.first)
    assert one.first <= day < one.until
    cuts = [(one.start, one.start), *((d.start, d.end) for d in one.days), (one.end, one.end)]
    assert all(left[1] == right[0] for left, right in pairwise(cuts))
    starts = [start for d in one.days for start in d.hours]
    first = -(-one.start // HOUR) * HOUR
    assert starts == list(range(first, one.end, HOUR))
    assert all(day_in(d.start, zone) == d.date for d in one.days if d.end > d.start)


def test_midnight_where_clocks_skip_it() -> None:
    """Beirut, 27 March 2022: 00:00 was 01:00."""
    day = month(date(2022, 3, 1), "Asia/Beirut").days[26]
    assert (day.end - day.start, midnight(day.date, "Asia/Beirut")) == (23 * HOUR, day.start)


@st.composite
def used(draw: st.DrawFn) -> tuple[Span, list[Hour]]:
    first = draw(st.dates(date(2024, 1, 1), date(2027, 12, 1)))
    period = span(first, first + timedelta(draw(st.integers(1, 5))), draw(ZONES))
    begin = period.start // HOUR * HOUR - 2 * HOUR
    starts = range(begin, period.end + 2 * HOUR, HOUR)
    chosen = draw(st.sets(st.sampled_from(starts), max_size=40))
    hours = []
    for start in sorted(chosen):
        low, high = sorted((draw(st.integers(0, 9)), draw(st.integers(0, 9))))
        covered = draw(st.sampled_from([HOUR, 1, 1800]))
        area = draw(st.integers(low * covered, high * covered))
        hours.append(Hour(start, low, high, low, area, 1, covered))
    return period, hours


@given(used(), st.sampled_from(RULES), st.randoms(use_true_random=False))
def test_the_naive_way_comes_to_the_same(
    case: tuple[Span, list[Hour]], rule: str, dice: object
) -> None:
    period, hours = case
    expected = naive_value(hours, period.first, period.until, period.zone, rule)
    told = billed(period, by_start(hours), rule)
    assert told.value == expected
    mixed = hours * 2
    dice.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis's Random
    assert billed(period, by_start(mixed), rule) == told


@given(used(), st.integers(0, 6))
def test_more_free_days_never_cost_more(case: tuple[Span, list[Hour]], free: int) -> None:
    period, hours = case
    known = by_start(hours)
    less, more = (billed(period, known, f"sustained:{n}").value for n in (free + 1, free))
    peak = billed(period, known, "peak").value
    assert (less is None and more is None) or (less or 0) <= (more or 0) <= (peak or 0)
    assert billed(period, known, "sustained:0").value == peak


@given(used(), st.sampled_from(RULES))
def test_the_source_and_what_is_higher_explain_the_number(
    case: tuple[Span, list[Hour]], rule: str
) -> None:
    period, hours = case
    told = billed(period, by_start(hours), rule)
    if told.source is None:
        return
    known = by_start(hours)[told.source.hour]
    assert told.value == told.source.value
    assert told.value in {known.high, known.last}
    assert day_in(told.source.hour, period.zone) == told.source.day
    assert all(one.value >= told.source.value for one in told.higher)


def test_aggregations_are_read_as_they_are_written() -> None:
    for text in [*RULES, "unique", "sustained:12"]:
        assert str(Aggregation.of(text)) == text
    for text in ["", "sustained", "sustained:", "sustained:-1", "sustained:100", "max", "peak "]:
        with pytest.raises(ValueError, match="is no aggregation"):
            Aggregation.of(text)


def test_late_hours_join_until_it_is_frozen_and_are_corrected_after() -> None:
    rule = Aggregation.of("peak")
    starts = list(NOVEMBER.days[0].hours)
    hours = {starts[0]: level(starts[0], 5, stored=100), starts[1]: level(starts[1], 7, stored=200)}
    frozen = freeze("servers", "", Used(NOVEMBER, hours), rule, 150)
    assert frozen is not None
    assert frozen.value == 5
    late = correction(frozen, Used(NOVEMBER, hours), 150 + CORRECTED)
    assert (late.way, late.difference) == (Late.NEXT_INVOICE, 2)
    assert correction(frozen, Used(NOVEMBER, hours), 151 + CORRECTED).way is Late.CREDIT_NOTE
    joined = freeze("servers", "", Used(NOVEMBER, hours), rule, 300)
    assert joined is not None
    assert joined.value == 7
    assert correction(joined, Used(NOVEMBER, hours), 10**9).way is Late.NOTHING


@given(used(), st.sampled_from(RULES))
def test_freezing_again_gives_the_same(case: tuple[Span, list[Hour]], rule: str) -> None:
    period, hours = case
    one, other = (
        freeze("servers", "a", Used(period, by_start(told)), Aggregation.of(rule), 1)
        for told in (hours, hours[::-1])
    )
    assert one == other
    changed = freeze("servers", "b", Used(period, by_start(hours)), Aggregation.of(rule), 1)
    assert one is None or (changed is not None and changed.digest != one.digest)
