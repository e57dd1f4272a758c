"""Sign-in by identity provider, and the page where providers are managed."""

from __future__ import annotations

from fastapi import APIRouter

from backend.features.context import Feature, FeatureContext
from backend.features.providers import signing_in
from backend.features.providers.rights import KINDS
from backend.jobs import Loop
from backend.providers.refreshing import Refreshing
from backend.providers.service import Providers

__all__ = ["register"]

_REFRESH_SECONDS = 60.0


def register(context: FeatureContext) -> Feature:
    """The routes, and the loop in which providers are asked again about who is signed in."""
    providers = Providers(context.settings, context.secrets)
    refreshing = Refreshing(providers, context.db_sessions, context.organisation)
    router = APIRouter()
    router.include_router(signing_in.router)
    loop = Loop("identity providers", refreshing.run, every=_REFRESH_SECONDS, single=True)
    return Feature("providers", router, kinds=KINDS, jobs=(loop,), parts=(providers,))
