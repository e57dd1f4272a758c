"""What a change of a subscription would cost, as the API is asked and as it tells."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final, NoReturn

from pydantic import BaseModel, ConfigDict, Field

from backend.commerce.plans.plan import Plan, PlanVersion
from backend.commerce.plans.rating import ContactSales
from backend.commerce.subscriptions.changing import Bought, Change, at_the_end, direction, now
from backend.commerce.subscriptions.periods import Interval, Period, period_of
from backend.errors import FieldError, Unprocessable
from backend.features.plans.schemas import ChangeLineView, ChangePreview, ChangeView
from backend.features.plans.views import digits

__all__ = ["MOST", "Asked", "preview"]

MOST: Final = 10_000_000
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)
Quantity = Annotated[int, Field(ge=0, le=MOST)]
Version = Annotated[str, Field(max_length=95)]


class Asked(BaseModel):
    """From `quantity` by `version` to others, on a day (today where none is said). `began` is the
    day the subscription began, from which its periods are reckoned; the first of that month where
    none is said."""

    model_config = ConfigDict(extra="forbid")

    version: Version
    quantity: Quantity
    every: Interval = Interval.MONTH
    to_version: Version
    to_quantity: Quantity
    to_every: Interval = Interval.MONTH
    on: date | None = None
    began: date | None = None


def preview(
    asked: Asked, old: tuple[Plan, PlanVersion], new: tuple[Plan, PlanVersion]
) -> ChangePreview:
    """The change at once and at the end of the period. Raises `Unprocessable` where there is no
    price for it, or the days cannot be."""
    on = asked.on or datetime.now(UTC).date()
    period = _period(asked, on)
    was = Bought(*old, asked.quantity, asked.every)
    will = Bought(*new, asked.to_quantity, asked.to_every)
    if was.plan.currency != will.plan.currency:
        _refuse("to_version", "The two are not paid in the same currency.")
    _priced("quantity", was)
    _priced("to_quantity", will)
    return ChangePreview(
        direction=direction(was, will),
        currency=was.plan.currency,
        first=period.first,
        last=date.fromordinal(period.after.toordinal() - 1),
        days=period.days,
        left=period.left(on),
        before=digits(was.amount),
        now=_view(now(was, will, period, on)),
        at_the_end=_view(at_the_end(will, period)),
    )


def _period(asked: Asked, on: date) -> Period:
    began = asked.began or on.replace(day=1)
    for field, day in (("on", on), ("began", began)):
        if not _EARLIEST <= day <= _LATEST:
            _refuse(field, f"Give a day from {_EARLIEST} to {_LATEST}.")
    if began > on:
        _refuse("began", f"It cannot begin on {began}, after the change on {on}.")
    return period_of(began, asked.every, on)


def _priced(field: str, bought: Bought) -> None:
    try:
        _ = bought.amount
    except ContactSales as error:
        _refuse(field, f"{bought.version.id} has no price beyond {error.largest:,}: a person "
                "makes it.")  # fmt: skip


def _view(change: Change) -> ChangeView:
    lines = [
        ChangeLineView(
            version=line.of.version.id,
            quantity=line.of.quantity,
            amount=digits(line.amount),
            formula=line.formula,
        )
        for line in change.lines
    ]
    return ChangeView(
        on=change.on,
        lines=lines,
        net=digits(change.net),
        then=digits(change.then),
        next_due=change.next_due,
    )


def _refuse(field: str, message: str) -> NoReturn:
    wrong: FieldError = {"field": field, "message": message}
    raise Unprocessable(message, errors=[wrong])
