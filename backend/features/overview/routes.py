"""`GET /api/v1/overview`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from auth.principal import Principal
from backend.features.overview.schemas import OverviewView
from backend.features.overview.service import OverviewService, Within
from backend.http.compressed import CompressedRoute
from backend.http.guard import Decides
from backend.parts import part

__all__ = ["router"]

# Every tab asks for it every two seconds, and it is long: many lines of much the same words.
router = APIRouter(tags=["overview"], route_class=CompressedRoute)


@router.get("/overview")
async def read_overview(
    caller: Annotated[Principal, Decides("each part, by the right to list what it counts")],
    service: Annotated[OverviewService, part(OverviewService)],
    cluster: Annotated[str, Query(max_length=253)] = "",
    namespace: Annotated[str, Query(max_length=253)] = "",
    team: Annotated[str, Query(max_length=64)] = "",
) -> OverviewView:
    """Is anything wrong, and what changes right now, as far as the caller may see. `cluster`
    and `namespace` narrow what is told of Kubernetes to one of them, `team` narrows all of it to
    what that team owns."""
    return await service.overview(caller, Within(cluster, namespace), team)
