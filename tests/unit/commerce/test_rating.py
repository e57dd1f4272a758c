"""What a quantity costs: the golden vectors of the reference (section 6), and what must hold."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.commerce.money import Money
from backend.commerce.plans.plan import shipped
from backend.commerce.plans.price import Mode, Price, Tier
from backend.commerce.plans.rating import ContactSales, rate
from backend.commerce.plans.simulating import MOST_POINTS, curve, simulate

MANAGED, PREMIUM = "managed-linux@2015-02", "premium-managed-linux@2015-02"
TIERS = (Tier(up_to=10, unit="5"), Tier(up_to=None, unit="3"))
STAIRSTEPS = [
    (plan, version)
    for plan in shipped().plans
    for version in plan.versions
    if version.price.mode is Mode.STAIRSTEP
]


def cost(price: Price, quantity: int) -> str:
    return str(rate(price, Fraction(quantity), "USD").amount)


@pytest.mark.parametrize(
    ("quantity", "managed", "premium"),
    [
        (0, 100, 2100), (10, 100, 2100), (11, 200, 2100), (26, 350, 4100), (250, 1200, 11000),
        (251, 2100, 33000), (1000, 3500, 33000), (1001, 7200, 47700), (100_000, 125_000, 210_000),
    ],
)  # fmt: skip
def test_the_ladders_of_2015(quantity: int, managed: int, premium: int) -> None:
    for version, amount in ((MANAGED, managed), (PREMIUM, premium)):
        assert cost(shipped().version(version)[1].price, quantity) == f"{amount}.00 USD"


@pytest.mark.parametrize("version", [MANAGED, PREMIUM])
def test_beyond_the_last_tier_a_person_makes_the_price(version: str) -> None:
    plan, sold = shipped().version(version)
    with pytest.raises(ContactSales, match="100000"):
        rate(sold.price, Fraction(100_001), "USD")
    told = simulate(plan, sold, 100_001)
    assert (told.month, told.year, told.largest) == (None, None, 100_000)


@pytest.mark.parametrize(("plan", "version"), STAIRSTEPS)
def test_more_units_never_cost_less(plan, version) -> None:
    bounds = [tier.up_to for tier in version.price.tiers]
    costs = [rate(version.price, Fraction(end), "USD").amount for end in bounds]
    assert costs == sorted(costs)


@pytest.mark.parametrize("version", [MANAGED, PREMIUM])
def test_the_price_of_a_unit_of_a_full_tier_never_rises(version: str) -> None:
    tiers = shipped().version(version)[1].price.tiers
    units = [tier.flat_fee / (tier.up_to or 1) for tier in tiers]
    assert units == sorted(units, reverse=True)


@given(st.integers(0, 100_000))
def test_premium_is_never_below_managed(quantity: int) -> None:
    managed, premium = (
        rate(shipped().version(one)[1].price, Fraction(quantity), "USD").amount
        for one in (MANAGED, PREMIUM)
    )
    assert premium >= managed


def test_the_modes() -> None:
    assert cost(Price(mode=Mode.FLAT, amount="9.99"), 7) == "9.99 USD"
    assert cost(Price(mode=Mode.PER_UNIT, amount="0.0035"), 1000) == "3.50 USD"
    assert cost(Price(mode=Mode.GRADUATED, tiers=TIERS), 15) == "65.00 USD"
    assert cost(Price(mode=Mode.VOLUME, tiers=TIERS), 15) == "45.00 USD"
    packages = Price(mode=Mode.PACKAGE, amount="7", size=10)
    assert [cost(packages, one) for one in (0, 1, 10, 15)] == [
        "0.00 USD", "7.00 USD", "7.00 USD", "14.00 USD",
    ]  # fmt: skip
    free = Price(mode=Mode.PACKAGE, amount="7", size=10, free=20)
    assert [cost(free, one) for one in (0, 20, 21)] == ["0.00 USD", "0.00 USD", "7.00 USD"]


def test_graduated_fees_are_those_of_the_tiers_entered() -> None:
    tiers = (Tier(up_to=10, flat="1", unit="5"), Tier(up_to=None, flat="2", unit="3"))
    price = Price(mode=Mode.GRADUATED, tiers=tiers)
    assert [cost(price, one) for one in (0, 10, 11)] == ["1.00 USD", "51.00 USD", "56.00 USD"]


def test_zero_usage_still_pays_the_first_tier() -> None:
    """getlago/lago-api#5760."""
    assert cost(shipped().version("hosted-registry@2014")[1].price, 0) == "25.00 USD"


def test_below_zero_is_no_quantity() -> None:
    """getlago/lago-api#5906."""
    with pytest.raises(ValueError, match="below zero"):
        rate(Price(mode=Mode.PER_UNIT, amount="1"), Fraction(-1), "USD")


ladders = st.builds(
    lambda ends, units, fees: tuple(
        Tier(up_to=end, unit=str(unit), flat=str(fee))
        for end, unit, fee in zip([*sorted(ends), None], units, fees, strict=False)
    ),
    st.sets(st.integers(1, 500), min_size=1, max_size=5),
    st.lists(st.integers(0, 90), min_size=6, max_size=6),
    st.lists(st.integers(0, 90), min_size=6, max_size=6),
)


@given(ladders, st.integers(0, 800))
def test_graduated_is_each_unit_at_the_price_of_its_own_tier(
    tiers: tuple[Tier, ...], quantity: int
) -> None:
    """By a second way of reckoning: unit by unit."""
    naive, begins = Fraction(0), 0
    for place, tier in enumerate(tiers):
        ends = quantity if tier.up_to is None else min(quantity, tier.up_to)
        if quantity > begins or place == 0:
            naive += tier.flat_fee + sum(tier.unit_price for _ in range(begins, ends))
        begins = tier.up_to or quantity
    rated = rate(Price(mode=Mode.GRADUATED, tiers=tiers), Fraction(quantity), "USD")
    assert rated.amount == Money.rounded(naive, "USD")
    assert rated.amount == Money.total((line.amount for line in rated.lines), "USD")
    assert all(line.formula for line in rated.lines)


@given(ladders, st.integers(0, 800), st.sampled_from([Mode.GRADUATED, Mode.VOLUME]))
def test_what_is_told_to_be_better_is(tiers: tuple[Tier, ...], quantity: int, mode: Mode) -> None:
    plan, version = shipped().version(MANAGED)
    other = version.model_copy(update={"price": Price(mode=mode, tiers=tiers)})
    told = simulate(plan, other, quantity)
    assert told.month is not None
    if told.better:
        more, amount = told.better
        assert more > quantity
        assert amount == rate(other.price, Fraction(more), "USD").amount < told.month.amount


@given(st.sampled_from(STAIRSTEPS), st.integers(0, 100_000))
def test_the_room_is_how_many_more_cost_the_same(sold, quantity: int) -> None:
    plan, version = sold
    told = simulate(plan, version, quantity)
    assume(told.month is not None and told.next is not None)
    last = quantity + told.next.room
    assert rate(version.price, Fraction(last), "USD").amount == told.month.amount
    assert told.next.quantity == last + 1
    assert told.next.amount == rate(version.price, Fraction(last + 1), "USD").amount


@given(st.integers(1, 10_000), st.integers(0, 50), st.integers(0, 10**6))
def test_a_curve_of_packages_has_an_end(size: int, free: int, up_to: int) -> None:
    plan, version = shipped().version(MANAGED)
    price = Price(mode=Mode.PACKAGE, amount="7", size=size, free=free)
    points = curve(plan, version.model_copy(update={"price": price}), up_to)
    assert len(points) <= MOST_POINTS + 2
    assert points[-1].quantity == up_to
    assert [one.amount for one in points] == sorted(one.amount for one in points)


def test_a_curve_ends_where_a_person_makes_the_price() -> None:
    plan, version = shipped().version("hosted-registry@2014")
    assert curve(plan, version, 5000)[-1].quantity == 1000


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "stairstep"},
        {"mode": "flat", "tiers": [{"up_to": 1}]},
        {"mode": "graduated", "tiers": [{"up_to": None}, {"up_to": 5}]},
        {"mode": "graduated", "tiers": [{"up_to": 5}, {"up_to": 5}]},
        {"mode": "stairstep", "tiers": [{"up_to": 5, "unit": "1"}]},
        {"mode": "per_unit", "amount": "1", "free": 3},
        {"mode": "per_unit", "amount": 1.5},
        {"mode": "per_unit", "amount": "-1"},
    ],
)
def test_a_price_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"price|tier|package|amount|stairstep"):
        Price.model_validate(wrong)


def test_a_year_at_once_and_twelve_months() -> None:
    catalogue = shipped()
    basic = simulate(*catalogue.version("quay-enterprise-basic@2016"), 1)
    assert (str(basic.year), basic.year_at_once) == ("5000.00 USD", True)
    managed = simulate(*catalogue.version(MANAGED), 3000)
    assert (str(managed.year), managed.year_at_once) == ("147600.00 USD", False)
