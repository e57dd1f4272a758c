"""The Activity page: who signed in and what they changed in the console, durable."""

from __future__ import annotations

from backend.db.notice import rows
from backend.features.activity.collections import ACTIVITY, activity_source
from backend.features.activity.forwarding import Forwarding
from backend.features.activity.jobs import Record, declared
from backend.features.activity.rights import KINDS
from backend.features.activity.routes import router
from backend.features.context import Feature, FeatureContext
from backend.jobs import Loop

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the `activity` collection, kept in the database."""
    source = activity_source(context.db_sessions, context.organisation)
    context.registry.add(ACTIVITY, source)
    context.bus.subscribe(rows("audit_entry"), lambda notice: source.notify(notice.keys))
    record = Record(context)
    shared = context.db_sessions, context.bus, context.organisation
    loops = [
        Loop(f"audit receiver {receiver.name}", Forwarding(*shared, receiver).run)
        for receiver in context.settings.audit_receivers
    ]
    jobs = (*declared(record, context.settings.activity_days), *loops)
    return Feature("activity", router, kinds=KINDS, jobs=jobs, parts=(record,))
