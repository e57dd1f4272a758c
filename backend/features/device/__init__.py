"""Signing in on the command line: the device authorisation grant (RFC 8628)."""

from __future__ import annotations

from fastapi import APIRouter

from backend.features.context import Feature, FeatureContext
from backend.features.device.asking import router as asking
from backend.features.device.deciding import router as deciding

__all__ = ["register"]


def register(_context: FeatureContext) -> Feature:
    """The routes of the device that asks, and of the person who decides."""
    router = APIRouter()
    router.include_router(asking)
    router.include_router(deciding)
    return Feature("device", router)
