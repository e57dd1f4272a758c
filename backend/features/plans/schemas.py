"""What the routes of plans answer. Amounts are decimal texts in the major unit: exact."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from backend.commerce.plans.price import Mode
from backend.commerce.subscriptions.changing import Direction

__all__ = [
    "Better",
    "ChangeLineView",
    "ChangePreview",
    "ChangeView",
    "CurvePoint",
    "LineView",
    "NextTier",
    "PlanList",
    "PlanView",
    "SimulationView",
    "Simulations",
    "TierView",
    "VersionView",
]


class _Told(BaseModel):
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class TierView(_Told):
    """A stretch of quantities from `first` to `last` (null: without end). `provenance` says in
    words where its price is from."""

    first: int
    last: int | None
    flat: str
    unit: str
    provenance: list[str]


class VersionView(_Told):
    """A plan as it is sold from a day on. `yearly`: the amount for a year paid at once."""

    id: str
    mode: Mode
    amount: str
    size: int
    free: int
    tiers: list[TierView]
    yearly: str | None
    trial_days: int
    includes: dict[str, int | str | None]
    provenance: list[str]
    note: str


class PlanView(_Told):
    """What is sold; `meter` is what its quantity counts, empty where it has none."""

    code: str
    title: str
    meter: str
    aggregation: str
    unit: str
    currency: str
    versions: list[VersionView]


class PlanList(_Told):
    """All plans, as they were shipped."""

    items: list[PlanView]


class LineView(_Told):
    """`quantity` times `unit` makes `amount`; `formula` says how in words."""

    quantity: str
    unit: str
    amount: str
    formula: str


class NextTier(_Told):
    """From which quantity the next tier is paid, what, and how many more units until then cost no
    more than now."""

    quantity: int
    amount: str
    room: int


class Better(_Told):
    """A larger quantity that costs less."""

    quantity: int
    amount: str


class CurvePoint(_Told):
    """What a month costs at a quantity, and from it on where the curve is `stepped`."""

    quantity: int
    amount: str


class SimulationView(_Told):
    """What a quantity costs by a version of a plan. `month` and `year` are null beyond `largest`,
    where only a person can make the price. `year_at_once`: the year has a price of its own."""

    version: str
    title: str
    currency: str
    unit: str
    month: str | None
    year: str | None
    year_at_once: bool
    each: str | None
    lines: list[LineView]
    next: NextTier | None
    better: Better | None
    largest: int | None
    stepped: bool
    curve: list[CurvePoint]


class Simulations(_Told):
    """One quantity by several plans; curves go from 0 to `up_to`."""

    quantity: int
    up_to: int
    items: list[SimulationView]


class ChangeLineView(_Told):
    """An amount to pay, below zero one that is given back, and how it came about."""

    version: str
    quantity: int
    amount: str
    formula: str


class ChangeView(_Told):
    """A change that holds from the start of the day `on`. `net` is to be paid then (below zero: a
    credit); `then` is paid from `next_due` on for every period."""

    on: date
    lines: list[ChangeLineView]
    net: str
    then: str
    next_due: date


class ChangePreview(_Told):
    """A change of what is bought, now and at the end of the period it is in: its first and last
    day, its days, and how many of them are left on the day of the change."""

    direction: Direction
    currency: str
    first: date
    last: date
    days: int
    left: int
    before: str
    now: ChangeView
    at_the_end: ChangeView
