"""The Licence page: what was bought, what is used of it, and what follows."""

from __future__ import annotations

from backend.commerce.licence.keeper import Licences
from backend.features.context import Feature, FeatureContext
from backend.features.licence.counting import Counting
from backend.features.licence.rights import KINDS
from backend.features.licence.routes import router
from backend.jobs import Loop

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """The routes, and what looks after the licences. Other features ask it what is covered
    (`backend.commerce.entitled`)."""

    def clusters() -> int:
        known = context.connections.declared()
        return sum(one.record.kind == "kubernetes" and not one.record.disabled for one in known)

    licences = Licences(
        context.settings,
        context.db_sessions,
        context.bus,
        context.jobs.leases,
        Counting(context.registry, clusters),
    )
    return Feature(
        "licence",
        router,
        kinds=KINDS,
        jobs=(Loop("licence", licences.run), Loop("licence-record", licences.record)),
        parts=(licences,),
    )
