"""The Overview page: problems by cause, health per system, capacity, what just changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from backend.features.context import Feature, FeatureContext
from backend.features.overview.derive import Problems
from backend.features.overview.emergency import Emergency
from backend.features.overview.receivers import Receivers
from backend.features.overview.rights import KINDS
from backend.features.overview.routes import router
from backend.features.overview.service import OverviewService
from backend.jobs import Loop
from integrations.contract import Feed
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["AFTER", "register"]

_LOOK_SECONDS: Final = 10.0
_ALARM_SECONDS: Final = 5.0

AFTER = ("cluster", "connections", "events", "images", "keyvalue", "machines", "workloads")
"""The features whose collections it derives problems and figures from."""


def register(context: FeatureContext) -> Feature:
    """Add `problems`, derived from collections of other features, in whichever order."""
    emergency = Emergency(context.db_sessions, context.organisation)
    declared = [receiver.name for receiver in context.settings.audit_receivers]
    receivers = Receivers(context.db_sessions, context.organisation, declared)
    problems = Problems(emergency=emergency.rows, receivers=receivers.rows)
    context.registry.add(problems.rows.collection, problems.rows)
    service = OverviewService(
        context.registry,
        context.upstreams,
        updates_enabled=context.settings.updates_enabled,
    )

    alarm = Loop("whether break-glass is in use", emergency.look, every=_ALARM_SECONDS)
    look = Loop("what does not end, and what is not taken", problems.look, every=_LOOK_SECONDS)
    sent = Loop("whether receivers take the record", receivers.look, every=_LOOK_SECONDS)

    def feeds(settings: ConnectionSettings) -> Mapping[str, Feed[Any]]:
        return problems.feeds(settings.name)

    return Feature(
        "overview",
        router,
        feeds={"kubernetes": feeds},
        kinds=KINDS,
        jobs=(look, alarm, *([sent] if declared else ())),
        parts=(service,),
    )
