"""Plans and simulations as the API tells them."""

from __future__ import annotations

from fractions import Fraction

from backend.commerce.money import Money, digits_of, half_up
from backend.commerce.plans.plan import Catalogue, Plan, PlanVersion
from backend.commerce.plans.price import Price
from backend.commerce.plans.simulating import Simulated, curve, is_stepped, simulate
from backend.features.plans.schemas import (
    Better,
    CurvePoint,
    LineView,
    NextTier,
    PlanView,
    SimulationView,
    TierView,
    VersionView,
)

__all__ = ["plan_view", "simulation_view"]

_FINE = 8
"""Digits of a price of one unit, at most (`Price.Amount`)."""


def plan_view(plan: Plan, catalogue: Catalogue) -> PlanView:
    """A plan with all its versions, where their prices are from in words."""
    return PlanView(
        code=plan.code,
        title=plan.title,
        meter=plan.meter,
        aggregation=plan.aggregation,
        unit=plan.unit,
        currency=plan.currency,
        versions=[_version_view(version, catalogue) for version in plan.versions],
    )


def simulation_view(plan: Plan, version: PlanVersion, quantity: int, up_to: int) -> SimulationView:
    """What a quantity costs by a version, with its curve."""
    told = simulate(plan, version, quantity)
    return SimulationView(
        version=version.id,
        title=plan.title,
        currency=plan.currency,
        unit=plan.unit,
        month=digits(told.month.amount) if told.month else None,
        year=digits(told.year) if told.year else None,
        year_at_once=told.year_at_once,
        each=_each(told),
        lines=_lines(told),
        next=_next(told),
        better=_better(told),
        largest=told.largest,
        stepped=is_stepped(version.price),
        curve=[
            CurvePoint(quantity=point.quantity, amount=digits(point.amount))
            for point in curve(plan, version, up_to)
        ],
    )


def digits(money: Money) -> str:
    """``1234.50``: the amount alone."""
    return str(money).partition(" ")[0]


def _version_view(version: PlanVersion, catalogue: Catalogue) -> VersionView:
    price = version.price
    return VersionView(
        id=version.id,
        mode=price.mode,
        amount=price.amount,
        size=price.size,
        free=price.free,
        tiers=_tiers(price, catalogue),
        yearly=version.yearly,
        trial_days=version.trial_days,
        includes=version.includes,
        provenance=_words(version.provenance, catalogue),
        note=version.note,
    )


def _tiers(price: Price, catalogue: Catalogue) -> list[TierView]:
    views, first = [], 0
    for tier in price.tiers:
        words = _words(tier.provenance, catalogue)
        views.append(
            TierView(first=first, last=tier.up_to, flat=tier.flat, unit=tier.unit, provenance=words)
        )
        first = (tier.up_to or 0) + 1
    return views


def _words(names: str, catalogue: Catalogue) -> list[str]:
    return [catalogue.provenance[name] for name in names.split("+") if name]


def _lines(told: Simulated) -> list[LineView]:
    return [
        LineView(
            quantity=_exact(line.quantity),
            unit=_exact(line.unit),
            amount=digits(line.amount),
            formula=line.formula,
        )
        for line in (told.month.lines if told.month else ())
    ]


def _exact(value: Fraction) -> str:
    scaled = half_up(value * 10**_FINE)
    whole, part = divmod(scaled, 10**_FINE)
    return f"{whole}.{part:0{_FINE}d}".rstrip("0").rstrip(".")


def _each(told: Simulated) -> str | None:
    if told.month is None or not told.quantity or not told.plan.meter:
        return None
    fine = 10 ** (digits_of(told.plan.currency) + 2)
    return _exact(Fraction(half_up(told.month.amount.major / told.quantity * fine), fine))


def _next(told: Simulated) -> NextTier | None:
    if told.next is None:
        return None
    amount = digits(told.next.amount)
    return NextTier(quantity=told.next.quantity, amount=amount, room=told.next.room)


def _better(told: Simulated) -> Better | None:
    if told.better is None:
        return None
    quantity, amount = told.better
    return Better(quantity=quantity, amount=digits(amount))
