"""Workload identity: which tokens of other systems become a service account, and the exchange."""

from __future__ import annotations

from fastapi import APIRouter

from backend.features.context import Feature, FeatureContext
from backend.features.trust import exchange, routes
from backend.features.trust.sources import Sources
from backend.providers.issuers import Issuers
from backend.providers.outward import Outward

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """The routes of trust rules, and the one where workloads exchange their tokens."""
    router = APIRouter()
    router.include_router(routes.router)
    router.include_router(exchange.router)
    issuers = Issuers(Outward(context.settings))
    return Feature(
        "trust", router, parts=(Sources(issuers, context.connections, context.upstreams),)
    )
