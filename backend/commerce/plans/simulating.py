"""What a quantity would cost by a plan, where the next tier begins, and the curve: pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from backend.commerce.money import Money, fraction_of
from backend.commerce.plans.plan import Plan, PlanVersion
from backend.commerce.plans.price import Mode, Price
from backend.commerce.plans.rating import ContactSales, Rated, rate, tier_at

__all__ = [
    "MOST_POINTS",
    "Next",
    "Point",
    "Simulated",
    "curve",
    "is_stepped",
    "simulate",
    "year_of",
]

MOST_POINTS: Final = 400
_STEPPED: Final = frozenset({Mode.FLAT, Mode.STAIRSTEP, Mode.PACKAGE})


@dataclass(frozen=True, slots=True)
class Next:
    """The tier after: from which quantity on, what is paid there, and how many more units until
    then cost no more than now (`room`)."""

    quantity: int
    amount: Money
    room: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """A month's charge for a quantity, and a year's: paid at once where the plan has a price for
    that, else twelve months. None: only a person can make that price, beyond `largest`.
    `better` is a larger quantity that costs less, by a price for all units."""

    plan: Plan
    version: PlanVersion
    quantity: int
    month: Rated | None
    year: Money | None
    year_at_once: bool
    next: Next | None
    better: tuple[int, Money] | None
    largest: int | None


@dataclass(frozen=True, slots=True)
class Point:
    """What is paid in a month from a quantity on (`is_stepped`), or at it."""

    quantity: int
    amount: Money


def is_stepped(price: Price) -> bool:
    """Whether the amount stays between two points of its curve, instead of growing evenly."""
    return price.mode in _STEPPED


def simulate(plan: Plan, version: PlanVersion, quantity: int) -> Simulated:
    """Charge it. A quantity is not below zero."""
    price, currency = version.price, plan.currency
    largest = price.tiers[-1].up_to if price.tiers else None
    try:
        month = rate(price, Fraction(quantity), currency)
    except ContactSales:
        return Simulated(plan, version, quantity, None, None, False, None, None, largest)
    at_once = version.yearly is not None
    return Simulated(
        plan, version, quantity, month, year_of(version, month.amount), at_once,
        _next(price, quantity, currency), _better(price, quantity, month.amount), largest,
    )  # fmt: skip


def year_of(version: PlanVersion, month: Money) -> Money:
    """What a year costs: the price of one paid at once where there is one, else twelve months."""
    if version.yearly is None:
        return month.times(Fraction(12))
    return Money.rounded(fraction_of(version.yearly), month.currency)


def curve(plan: Plan, version: PlanVersion, up_to: int) -> list[Point]:
    """The points at which the amount changes its course, from 0 to `up_to`, or to where a person
    must make the price. At most `MOST_POINTS`: of many packages not each one."""
    points = []
    for quantity in _corners(version.price, up_to):
        try:
            rated = rate(version.price, Fraction(quantity), plan.currency)
        except ContactSales:
            break
        points.append(Point(quantity, rated.amount))
    return points


def _next(price: Price, quantity: int, currency: str) -> Next | None:
    if not price.tiers:
        return None
    _, tier = tier_at(price, Fraction(quantity))
    if tier.up_to is None or tier is price.tiers[-1]:
        return None
    begins = tier.up_to + 1
    amount = rate(price, Fraction(begins), currency).amount
    room = tier.up_to - quantity if is_stepped(price) else 0
    return Next(begins, amount, room)


def _better(price: Price, quantity: int, amount: Money) -> tuple[int, Money] | None:
    if price.mode is not Mode.VOLUME:
        return None
    place, _ = tier_at(price, Fraction(quantity))
    for tier in price.tiers[place:-1]:
        begins = (tier.up_to or 0) + 1
        other = rate(price, Fraction(begins), amount.currency).amount
        if other < amount:
            return begins, other
    return None


def _corners(price: Price, up_to: int) -> list[int]:
    corners = {0, up_to}
    for tier in price.tiers:
        if tier.up_to is not None:
            corners |= {tier.up_to, tier.up_to + 1}
    if price.mode is Mode.PACKAGE:
        corners |= _packages(price, up_to)
    if price.tiers:
        corners.add(1)
    return sorted(one for one in corners if one <= up_to)


def _packages(price: Price, up_to: int) -> set[int]:
    """Where a package begins; the free units end where the first one does."""
    every = price.size * max(1, -(-(up_to - price.free) // (price.size * (MOST_POINTS - 2))))
    return set(range(price.free + 1, up_to + 1, every))
