"""`GET /api/v1/overview`."""

from __future__ import annotations

from fastapi import APIRouter

from backend.features.overview.schemas import OverviewView
from backend.features.overview.service import OverviewService
from backend.http.guard import CurrentPrincipal

__all__ = ["overview_router"]


def overview_router(service: OverviewService) -> APIRouter:
    """The page's summary; its lists are live collections."""
    router = APIRouter(tags=["overview"])

    @router.get("/overview")
    async def overview(caller: CurrentPrincipal) -> OverviewView:
        """Is anything wrong, and what changes right now, as far as the caller may see."""
        return await service.overview(caller)

    return router
