"""Runbooks of etcd: what to do when a store is fragmented, full, or has lost a member."""

from __future__ import annotations

from fastapi import APIRouter

from backend.features.context import Feature, FeatureContext
from backend.features.runbooks.catalogue import Runbooks
from backend.features.runbooks.routes import router as runbook_routes
from backend.features.runbooks.snapshots import Snapshots
from backend.features.runbooks.snapshots import router as snapshot_routes

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the routes and the jobs."""
    runbooks = Runbooks(context)
    router = APIRouter()
    router.include_router(runbook_routes)
    router.include_router(snapshot_routes)
    return Feature(
        "runbooks",
        router,
        jobs=tuple(runbook.job for runbook in runbooks.all),
        parts=(runbooks, Snapshots()),
    )
