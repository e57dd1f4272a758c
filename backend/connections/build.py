"""The connections of one console: manager, records from every origin, typed access."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.connections.manager import ConnectionManager
from backend.connections.records import Record, configured
from backend.connections.stackfile import LocalStack
from backend.connections.table import TABLE, TableRecords
from backend.connections.typed import Typed, find_way
from backend.connections.upstreams import Upstreams
from backend.db.bus import Bus
from backend.db.notice import rows
from backend.secrets.store import Secrets
from backend.secrets.table import SealedSecret
from backend.settings import Settings
from backend.stack.paths import StackPaths
from integrations.discovery import load

__all__ = ["ConnectionParts", "build_connections"]


@dataclass(frozen=True, slots=True)
class ConnectionParts:
    """What `build_connections` makes."""

    manager: ConnectionManager
    stack: LocalStack
    secrets: Secrets


def build_connections(
    settings: Settings, db_sessions: async_sessionmaker[AsyncSession], bus: Bus
) -> ConnectionParts:
    """Sources in the order of their precedence: configuration, local stack, table."""
    stack, secrets, typed = LocalStack(StackPaths(settings.home)), Secrets(), Typed(settings)

    async def from_configuration() -> list[Record]:
        return configured(settings)

    def complete(kind: str, name: str, way: str, values: dict[str, Any]) -> dict[str, Any]:
        integration = load(kind)
        return typed.complete(integration, name, find_way(integration, way), values)

    table = TableRecords(db_sessions, secrets, complete)
    for name in (TABLE, str(SealedSecret.__tablename__)):
        bus.subscribe(rows(name), table.changed)
    sources = [from_configuration, stack.records, table.records]
    return ConnectionParts(ConnectionManager(sources, Upstreams()), stack, secrets)
