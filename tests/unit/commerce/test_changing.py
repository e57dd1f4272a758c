"""Periods that tile, and changes of what is bought, to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.commerce.money import TIMES, Money
from backend.commerce.plans.plan import Plan, PlanVersion
from backend.commerce.plans.price import Mode, Price
from backend.commerce.subscriptions.changing import Bought, Direction, at_the_end, direction, now
from backend.commerce.subscriptions.periods import Interval, Period, day_after, period_of

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def bought(
    amount: str, quantity: int = 1, interval: Interval = Interval.MONTH, yearly: str | None = None
) -> Bought:
    price = Price(mode=Mode.PER_UNIT, amount=amount)
    version = PlanVersion(id="servers@1", price=price, yearly=yearly)
    return Bought(
        Plan(code="servers", title="Servers", versions=(version,)), version, quantity, interval
    )


def usd(text: str) -> Money:
    return Money.of(text, "USD")


@given(DAYS, st.sampled_from(Interval), st.integers(0, 4000))
def test_periods_tile(began: date, interval: Interval, later: int) -> None:
    on = began + timedelta(days=later)
    period = period_of(began, interval, on)
    assert period.first <= on < period.after
    assert period_of(began, interval, period.after).first == period.after
    if period.first > began:
        before = period_of(began, interval, period.first - timedelta(days=1))
        assert before.after == period.first


def test_what_began_on_a_day_not_all_months_have() -> None:
    """getlago/lago-api#6173."""
    leap = date(2024, 2, 29)
    assert day_after(leap, 12) == date(2025, 2, 28)
    assert day_after(leap, 48) == date(2028, 2, 29)
    assert [day_after(date(2026, 1, 31), count) for count in range(4)] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30),
    ]  # fmt: skip
    assert period_of(date(2025, 11, 30), Interval.QUARTER, date(2026, 3, 1)) == Period(
        date(2026, 2, 28), date(2026, 5, 30)
    )


def test_the_divisor_is_the_whole_period() -> None:
    """getlago/lago-api#6194: 42 days into a quarter of 91 it is still 91."""
    period = period_of(date(2026, 4, 1), Interval.QUARTER, date(2026, 5, 13))
    assert (period.days, period.left(date(2026, 5, 13))) == (91, 49)
    assert period.share(date(2026, 5, 13)) == Fraction(49, 91)


def test_an_upgrade_in_the_midst_of_june() -> None:
    """The golden vector of the reference, section 7."""
    old, new = bought("25"), bought("100")
    period = period_of(date(2026, 6, 1), Interval.MONTH, date(2026, 6, 11))
    change = now(old, new, period, date(2026, 6, 11))
    assert [line.amount for line in change.lines] == [usd("-16.67"), usd("66.67")]
    assert (change.net, change.then) == (usd("50.00"), usd("100.00"))
    assert change.next_due == date(2026, 7, 1)
    assert change.lines[0].formula.startswith(f"25.00 USD {TIMES} 20 of 30 days")
    assert direction(old, new) is Direction.UP


def test_a_downgrade_gives_back_or_waits() -> None:
    old, new = bought("100"), bought("25")
    period = period_of(date(2026, 6, 1), Interval.MONTH, date(2026, 6, 11))
    assert now(old, new, period, date(2026, 6, 11)).net == usd("-50.00")
    later = at_the_end(new, period)
    assert (later.on, later.lines, later.net) == (date(2026, 7, 1), (), usd("0.00"))
    assert (later.then, later.next_due) == (usd("25.00"), date(2026, 7, 1))
    assert direction(old, new) is Direction.DOWN


def test_another_interval_begins_its_own_period() -> None:
    month = bought("30")
    year = bought("30", interval=Interval.YEAR, yearly="300")
    period = period_of(date(2026, 1, 31), Interval.MONTH, date(2026, 2, 28))
    assert period == Period(date(2026, 2, 28), date(2026, 3, 31))
    change = now(month, year, period, date(2026, 2, 28))
    assert [line.amount for line in change.lines] == [usd("-30.00"), usd("300.00")]
    assert change.next_due == date(2027, 2, 28)
    assert direction(month, year) is Direction.DOWN
    assert bought("30", interval=Interval.QUARTER).amount == usd("90.00")
    assert bought("30", interval=Interval.YEAR).amount == usd("360.00")


def test_before_it_began_there_is_no_period() -> None:
    with pytest.raises(ValueError, match="before"):
        period_of(date(2026, 6, 2), Interval.MONTH, date(2026, 6, 1))


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    DAYS,
    st.integers(0, 2000),
    st.sampled_from(Interval),
)
def test_a_change_and_back_on_one_day_costs_nothing(
    one: int, other: int, began: date, later: int, interval: Interval
) -> None:
    old, new = bought("0.01", one, interval), bought("0.01", other, interval)
    on = began + timedelta(days=later)
    period = period_of(began, interval, on)
    there, back = now(old, new, period, on), now(new, old, period, on)
    assert there.net + back.net == usd("0.00")
    # No more is given back than was paid, and no more charged than a period costs.
    assert -there.lines[0].amount <= old.amount
    assert there.lines[1].amount <= new.amount
    if on == period.first:
        assert there.net == new.amount - old.amount
