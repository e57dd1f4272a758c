"""`/api/v1/plans…`: what is sold, and what a quantity would cost."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from auth.verb import Verb
from backend.commerce.plans.plan import Plan, PlanVersion, shipped
from backend.errors import FieldError, Unprocessable
from backend.features.plans.changes import Asked, preview
from backend.features.plans.schemas import ChangePreview, PlanList, Simulations
from backend.features.plans.views import plan_view, simulation_view
from backend.http.guard import Requires, whole_organisation

__all__ = ["router"]

_MOST = 10_000_000
_MOST_PLANS = 8

router = APIRouter(prefix="/plans", tags=["billing: plans"])
Quantity = Annotated[int, Query(ge=0, le=_MOST, description="How many of what the plan counts")]
Versions = Annotated[
    list[str], Query(max_length=_MOST_PLANS, description="Names of versions, as /plans tells them")
]


@router.get("", dependencies=[Requires("plan", Verb.LIST, whole_organisation)])
async def list_plans() -> PlanList:
    """All plans with every version, their tiers and where the prices are from."""
    catalogue = shipped()
    return PlanList(items=[plan_view(plan, catalogue) for plan in catalogue.plans])


@router.get("/simulation", dependencies=[Requires("plan", Verb.LIST, whole_organisation)])
async def simulate_plans(
    quantity: Quantity,
    version: Versions,
    up_to: Annotated[int, Query(ge=1, le=_MOST, description="Where the curves end")] = 1000,
) -> Simulations:
    """What a quantity would cost by each of some versions: a month, a year, where the next tier
    begins, and the curve. Nothing is kept."""
    sold = [_version(name) for name in dict.fromkeys(version)]
    return Simulations(
        quantity=quantity,
        up_to=up_to,
        items=[simulation_view(plan, one, quantity, up_to) for plan, one in sold],
    )


@router.get("/change", dependencies=[Requires("plan", Verb.LIST, whole_organisation)])
async def preview_change(asked: Annotated[Asked, Query()]) -> ChangePreview:
    """What it costs to change from one version and quantity to another on a day, to the cent: at
    once, and at the end of the period. Nothing is kept or changed."""
    return preview(asked, _version(asked.version), _version(asked.to_version, "to_version"))


def _version(name: str, field: str = "version") -> tuple[Plan, PlanVersion]:
    try:
        return shipped().version(name)
    except KeyError as error:
        known = [version.id for plan in shipped().plans for version in plan.versions]
        wrong: FieldError = {
            "field": field,
            "message": f"There is no version of a plan called {name[:95]!r}.",
            "accepts": ", ".join(known),
        }
        raise Unprocessable(wrong["message"], errors=[wrong]) from error
