"""What a change of a subscription costs: to the cent, before anything is confirmed.

Bought quantities and flat amounts are paid in advance. A change credits the days that were paid for
and are left, and charges them anew (licensing reference, section 7): 25.00 to 100.00 on 11 June
credits 16.67 and charges 66.67.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from backend.commerce.money import TIMES, Money
from backend.commerce.plans.plan import Plan, PlanVersion
from backend.commerce.plans.rating import rate
from backend.commerce.plans.simulating import year_of
from backend.commerce.subscriptions.periods import (
    MONTHS,
    Interval,
    Period,
    day_after,
)

__all__ = ["Bought", "Change", "ChangeLine", "Direction", "at_the_end", "direction", "now"]


@dataclass(frozen=True, slots=True)
class Bought:
    """So many by a version of a plan, paid every `interval`."""

    plan: Plan
    version: PlanVersion
    quantity: int
    interval: Interval

    @property
    def amount(self) -> Money:
        """What a whole period costs. Raises `ContactSales` beyond the last tier."""
        month = rate(self.version.price, Fraction(self.quantity), self.plan.currency).amount
        if self.interval is Interval.YEAR:
            return year_of(self.version, month)
        return month.times(Fraction(MONTHS[self.interval]))

    @property
    def pace(self) -> Fraction:
        """What it costs a month, exactly: by it two intervals are compared."""
        return self.amount.major / MONTHS[self.interval]


class Direction(StrEnum):
    """Whether a change makes it dearer."""

    UP = "upgrade"
    DOWN = "downgrade"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """An amount to pay, below zero one that is given back; `formula` says how it came about."""

    of: Bought
    amount: Money
    formula: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change that holds from the start of a day. `net` is to be paid then (below zero: a credit),
    and `then` from `next_due` on for every period."""

    on: date
    lines: tuple[ChangeLine, ...]
    net: Money
    then: Money
    next_due: date


def direction(old: Bought, new: Bought) -> Direction:
    """Whether the new one costs more a month, or less."""
    if new.pace == old.pace:
        return Direction.SAME
    return Direction.UP if new.pace > old.pace else Direction.DOWN


def now(old: Bought, new: Bought, period: Period, on: date) -> Change:
    """Changed from the start of a day of the period. What is paid at another interval begins a
    period of its own that day."""
    back = ChangeLine(old, -old.amount.times(period.share(on)), _share(old.amount, period, on))
    if new.interval is old.interval:
        due = period.after
        charged = new.amount.times(period.share(on))
        charge = ChangeLine(new, charged, _share(new.amount, period, on))
    else:
        due = day_after(on, MONTHS[new.interval])
        charge = ChangeLine(new, new.amount, f"a whole {new.interval.value} from {on} on")
    lines = (back, charge)
    net = Money.total((line.amount for line in lines), old.plan.currency)
    return Change(on, lines, net, new.amount, due)


def at_the_end(new: Bought, period: Period) -> Change:
    """Changed when what was paid for is over: nothing is to be paid before."""
    nothing = Money.zero(new.plan.currency)
    return Change(period.after, (), nothing, new.amount, period.after)


def _share(amount: Money, period: Period, on: date) -> str:
    left, days = period.left(on), period.days
    return f"{amount} {TIMES} {left} of {days} days, from {on} to the end of the period"
