"""Prices: how a quantity becomes an amount (licensing reference, section 6).

A price is data that never changes: another price is another version of its plan. Amounts are
decimal texts in the major unit, exact, also below a cent; they become money when a quantity is
rated.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.commerce.money import fraction_of

__all__ = ["Mode", "Price", "Tier"]

Amount = Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,8})?$")]


class Mode(StrEnum):
    """How a quantity is charged."""

    FLAT = "flat"
    PER_UNIT = "per_unit"
    STAIRSTEP = "stairstep"
    GRADUATED = "graduated"
    VOLUME = "volume"
    PACKAGE = "package"


class Tier(BaseModel):
    """A stretch of quantities up to and with `up_to`; none: without end. `flat` is charged for
    entering it, `unit` for each unit. `provenance` names where the price is from
    (`Catalogue.provenance`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    up_to: Annotated[int, Field(gt=0)] | None
    flat: Amount = "0"
    unit: Amount = "0"
    provenance: str = ""

    @property
    def flat_fee(self) -> Fraction:
        """In the major unit."""
        return fraction_of(self.flat)

    @property
    def unit_price(self) -> Fraction:
        """In the major unit."""
        return fraction_of(self.unit)

    def holds(self, quantity: Fraction) -> bool:
        """Whether the quantity ends in it or before it."""
        return self.up_to is None or quantity <= self.up_to


_TIERED = frozenset({Mode.STAIRSTEP, Mode.GRADUATED, Mode.VOLUME})


class Price(BaseModel):
    """What is charged for a quantity. `amount` is that of a flat price, of a unit or of a
    package of `size`; `free` units cost nothing in a package price."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode
    amount: Amount = "0"
    tiers: tuple[Tier, ...] = ()
    size: Annotated[int, Field(gt=0)] = 1
    free: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.mode in _TIERED) is not bool(self.tiers):
            raise ValueError(f"a {self.mode.value} price and tiers do not go together so")
        if self.mode is not Mode.PACKAGE and (self.size, self.free) != (1, 0):
            raise ValueError("only a package has a size and free units")
        ends = [tier.up_to for tier in self.tiers]
        if None in ends[:-1]:
            raise ValueError("only the last tier is without end")
        bounds = [end for end in ends if end is not None]
        if any(after <= before for before, after in pairwise(bounds)):
            raise ValueError("each tier ends above the one before")
        if self.mode is Mode.STAIRSTEP and any(tier.unit_price for tier in self.tiers):
            raise ValueError("a stairstep has one amount for a whole tier")
        return self

    @property
    def value(self) -> Fraction:
        """`amount`, in the major unit."""
        return fraction_of(self.amount)
