"""Plans and their versions: immutable, each with where its prices are from."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.commerce.money import digits_of
from backend.commerce.plans.price import Amount, Price

__all__ = ["Catalogue", "Plan", "PlanVersion", "shipped"]

Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63)]
VersionId = Annotated[str, Field(pattern=r"^[a-z0-9-]+@[0-9a-z-]+$", max_length=95)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlanVersion(_Frozen):
    """A plan as it is sold from a day on; it never changes. `yearly` is the amount for a year paid
    at once where that is not twelve months; `includes` are entitlements (null: without limit)."""

    id: VersionId
    price: Price
    yearly: Amount | None = None
    trial_days: Annotated[int, Field(ge=0, le=366)] = 0
    includes: dict[str, int | str | None] = {}
    provenance: str = ""
    note: str = ""


class Plan(_Frozen):
    """What is sold by the month. `meter` is what its quantity counts, and `aggregation` what of a
    month's hours is charged (``peak``, ``sustained:2``); empty for a price without a quantity."""

    code: Code
    title: Annotated[str, Field(min_length=1, max_length=120)]
    meter: str = ""
    aggregation: str = ""
    unit: str = ""
    currency: str = "USD"
    versions: Annotated[tuple[PlanVersion, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        digits_of(self.currency)
        for version in self.versions:
            if version.id.partition("@")[0] != self.code:
                raise ValueError(f"the version {version.id} is not one of {self.code}")
        if len({version.id for version in self.versions}) != len(self.versions):
            raise ValueError(f"two versions of {self.code} have one name")
        return self


class Catalogue(_Frozen):
    """All plans. `provenance` says in words what the short names in tiers and versions mean."""

    provenance: dict[str, str]
    plans: tuple[Plan, ...]

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        for version in (version for plan in self.plans for version in plan.versions):
            named = [version.provenance, *(tier.provenance for tier in version.price.tiers)]
            for name in (one for names in named for one in names.split("+") if one):
                if name not in self.provenance:
                    raise ValueError(f"{version.id}: nothing says what {name} is")
        return self

    def version(self, version_id: str) -> tuple[Plan, PlanVersion]:
        """A version and its plan; `KeyError` where there is none of that name."""
        for plan in self.plans:
            for version in plan.versions:
                if version.id == version_id:
                    return plan, version
        raise KeyError(version_id)


@cache
def shipped() -> Catalogue:
    """The ladders that come with the console (`ladders.yaml`)."""
    text = files(__package__).joinpath("ladders.yaml").read_text("utf-8")
    return Catalogue.model_validate(yaml.safe_load(text))
