"""The Jobs page: what runs in the background, how far it is, and how it ended."""

from __future__ import annotations

from backend.db.notice import rows
from backend.features.context import Feature, FeatureContext
from backend.features.jobs.collections import JOBS, job_source
from backend.features.jobs.retention import declared
from backend.features.jobs.rights import KINDS
from backend.features.jobs.routes import router
from backend.jobs import presence

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the `jobs` collection, the routes of a single job, and the pruning of old ones."""
    source = job_source(context.db_sessions, context.organisation)
    context.registry.add(JOBS, source)
    context.bus.subscribe(rows("job"), lambda notice: source.notify(notice.keys))
    context.bus.subscribe(presence.TOPIC, lambda _: source.notify())
    return Feature("jobs", router, kinds=KINDS, jobs=declared(context.settings.job_days))
