"""The Licence page: what was bought, what is used of it, and what follows."""

from __future__ import annotations

from backend.commerce.licence.keeper import Licences
from backend.features.context import Feature, FeatureContext
from backend.features.licence.rights import KINDS
from backend.features.licence.routes import router
from backend.jobs import Loop

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """The routes, and what looks after the licences. Other features ask it what is covered
    (`backend.commerce.entitled`)."""
    licences = Licences(
        context.settings,
        context.db_sessions,
        context.bus,
        context.jobs.leases,
        context.counting,
    )
    return Feature(
        "licence",
        router,
        kinds=KINDS,
        jobs=(Loop("licence", licences.run), Loop("licence-record", licences.record)),
        parts=(licences,),
    )
