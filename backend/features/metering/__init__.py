"""Usage: what is metered, what of it is billed, and why."""

from __future__ import annotations

from backend.commerce.metering.collector import Collector
from backend.features.context import Feature, FeatureContext
from backend.features.metering.routes import router
from backend.jobs import Loop

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """The routes, and what reads and writes the meters. Rights are those to see plans."""
    collector = Collector(
        context.db_sessions,
        context.jobs.leases,
        context.counting.readings,
        zone=context.settings.billing_zone,
        updates=context.settings.updates_enabled,
    )
    loops = (Loop("metering", collector.watch), Loop("metering-record", collector.record))
    return Feature("metering", router, jobs=loops, parts=(collector,))
