"""The Connections page: which systems the console watches, added and changed while it runs."""

from __future__ import annotations

from backend.features.connections.impact import Impact
from backend.features.connections.rights import KINDS
from backend.features.connections.rotation import rotation
from backend.features.connections.routes import connections_router
from backend.features.connections.rows import (
    CONNECTIONS,
    ConnectionStatusRow,
    connection_row,
)
from backend.features.connections.service import ConnectionService
from backend.features.context import Feature, FeatureContext
from backend.live.memory import MemorySource

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add `connections`, kept by the manager, and the routes that change them."""
    source: MemorySource[ConnectionStatusRow] = MemorySource(CONNECTIONS)
    context.registry.add(CONNECTIONS, source)
    manager = context.connections

    def changed(key: tuple[str, str]) -> None:
        declared = manager.find(*key)
        if declared is None:
            source.remove("/".join(key))
        else:
            source.put(connection_row(declared, context.organisation))

    manager.on_change(changed)
    service = ConnectionService(context.settings, context.db_sessions, context.secrets, manager)
    impact = Impact(context.registry, context.organisation)
    jobs = rotation(context.jobs, context.secrets, context.db_sessions)
    return Feature("connections", connections_router(service, impact), kinds=KINDS, jobs=jobs)
