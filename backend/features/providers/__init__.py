"""Sign-in by identity provider, and the page where providers are managed."""

from __future__ import annotations

from fastapi import APIRouter

from backend.db.notice import rows as rows_of
from backend.features.context import Feature, FeatureContext
from backend.features.providers import linkroutes, routes, samlroutes, signing_in
from backend.features.providers.rights import KINDS
from backend.features.providers.rows import IDENTITY_PROVIDERS, provider_source
from backend.jobs import Loop
from backend.providers.refreshing import Refreshing
from backend.providers.service import Providers
from backend.providers.table import PROVIDERS

__all__ = ["register"]

_REFRESH_SECONDS = 60.0


def register(context: FeatureContext) -> Feature:
    """The routes, and the loop in which providers are asked again about who is signed in."""
    providers = Providers(context.settings, context.secrets)
    refreshing = Refreshing(providers, context.db_sessions, context.organisation)
    declared = context.settings.identity_providers
    source = provider_source(context.db_sessions, context.organisation, declared)
    context.registry.add(IDENTITY_PROVIDERS, source)
    for table in (PROVIDERS, "user_identity"):
        context.bus.subscribe(rows_of(table), lambda _notice: source.notify())
    router = APIRouter()
    router.include_router(signing_in.router)
    router.include_router(routes.router)
    router.include_router(samlroutes.router)
    router.include_router(linkroutes.router)
    # On every replica: each claims whom it asks about. A lease would be a write every few seconds.
    loop = Loop("identity providers", refreshing.run, every=_REFRESH_SECONDS)
    return Feature("providers", router, kinds=KINDS, jobs=(loop,), parts=(providers,))
