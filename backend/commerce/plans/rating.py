"""What a quantity costs by a price: pure, and every line tells how it came about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from backend.commerce.money import TIMES, Money, plain
from backend.commerce.plans.price import Mode, Price, Tier

__all__ = ["ContactSales", "Rated", "RatedLine", "rate", "tier_at"]


class ContactSales(Exception):
    """No tier is that large: a person must make a price. `largest` is what the last one holds."""

    def __init__(self, largest: int) -> None:
        super().__init__(f"The largest tier ends at {largest}: ask for a price beyond it.")
        self.largest = largest


@dataclass(frozen=True, slots=True)
class RatedLine:
    """`quantity` times `unit` (of the major unit) makes `amount`, rounded once; `formula` says how
    in words. `tier` is the place of the tier it is of, from 0; None where there are none."""

    quantity: Fraction
    unit: Fraction
    amount: Money
    formula: str
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """A quantity with its lines; `amount` is their sum."""

    quantity: Fraction
    lines: tuple[RatedLine, ...]
    amount: Money


def rate(price: Price, quantity: Fraction, currency: str) -> Rated:
    """Charge a quantity of zero or more. Raises `ContactSales` above the last tier."""
    if quantity < 0:
        raise ValueError(f"a quantity is not below zero: {quantity}")
    lines = tuple(_BY_MODE[price.mode](price, quantity, currency))
    return Rated(quantity, lines, Money.total((line.amount for line in lines), currency))


def tier_at(price: Price, quantity: Fraction) -> tuple[int, Tier]:
    """The tier a quantity ends in and its place; 0 is in the first one."""
    for place, tier in enumerate(price.tiers):
        if tier.holds(quantity):
            return place, tier
    raise ContactSales(price.tiers[-1].up_to or 0)


def _line(
    quantity: Fraction, unit: Fraction, currency: str, formula: str, tier: int | None = None
) -> RatedLine:
    return RatedLine(quantity, unit, Money.rounded(quantity * unit, currency), formula, tier)


def _flat(price: Price, _quantity: Fraction, currency: str) -> list[RatedLine]:
    return [_line(Fraction(1), price.value, currency, "one price, whatever the quantity")]


def _per_unit(price: Price, quantity: Fraction, currency: str) -> list[RatedLine]:
    formula = f"{plain(quantity)} {TIMES} {plain(price.value)}"
    return [_line(quantity, price.value, currency, formula)]


def _stairstep(price: Price, quantity: Fraction, currency: str) -> list[RatedLine]:
    place, tier = tier_at(price, quantity)
    formula = f"{plain(quantity)} is in the tier {_reach(price, place)}, which costs as a whole"
    return [_line(Fraction(1), tier.flat_fee, currency, formula, place)]


def _graduated(price: Price, quantity: Fraction, currency: str) -> list[RatedLine]:
    last, _ = tier_at(price, quantity)
    lines = []
    for place, tier in enumerate(price.tiers[: last + 1]):
        begins = _begins(price, place)
        units = (quantity if place == last else Fraction(tier.up_to or 0)) - begins
        formula = (
            f"{plain(units)} {TIMES} {plain(tier.unit_price)} in the tier {_reach(price, place)}"
        )
        lines.append(_line(units, tier.unit_price, currency, formula, place))
        lines += _fee(tier, place, currency)
    return lines


def _volume(price: Price, quantity: Fraction, currency: str) -> list[RatedLine]:
    place, tier = tier_at(price, quantity)
    formula = (
        f"{plain(quantity)} {TIMES} {plain(tier.unit_price)}, the price of the tier "
        f"{_reach(price, place)} for all of them"
    )
    unit = _line(quantity, tier.unit_price, currency, formula, place)
    return [unit, *_fee(tier, place, currency)]


def _package(price: Price, quantity: Fraction, currency: str) -> list[RatedLine]:
    beyond = max(quantity - price.free, Fraction(0))
    packages = Fraction(-(-beyond // price.size))
    free = f", {price.free:,} of them free" if price.free else ""
    formula = (
        f"{plain(quantity)}{free}: {plain(packages)} {TIMES} {plain(price.value)} for packages of "
        f"{price.size:,}"
    )
    return [_line(packages, price.value, currency, formula)]


def _fee(tier: Tier, place: int, currency: str) -> list[RatedLine]:
    if not tier.flat_fee:
        return []
    return [_line(Fraction(1), tier.flat_fee, currency, "the tier's own fee", place)]


def _begins(price: Price, place: int) -> int:
    return (price.tiers[place - 1].up_to or 0) if place else 0


def _reach(price: Price, place: int) -> str:
    first, last = _begins(price, place) + (1 if place else 0), price.tiers[place].up_to
    return f"from {first:,}" if last is None else f"{first:,} to {last:,}"


_BY_MODE: Final[dict[Mode, Callable[[Price, Fraction, str], list[RatedLine]]]] = {
    Mode.FLAT: _flat,
    Mode.PER_UNIT: _per_unit,
    Mode.STAIRSTEP: _stairstep,
    Mode.GRADUATED: _graduated,
    Mode.VOLUME: _volume,
    Mode.PACKAGE: _package,
}
