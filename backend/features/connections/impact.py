"""What disappears from the pages with a connection, counted before it is deleted."""

from __future__ import annotations

import time

from backend.features.connections.rows import CONNECTIONS, scope_of
from backend.features.connections.schemas import Disappears
from backend.live.guard import Guard
from backend.live.parse import parse_query
from backend.live.registry import Registry

__all__ = ["Impact"]


class Impact:
    """Counts rows by the collections that a connection feeds."""

    def __init__(self, registry: Registry, organisation: str) -> None:
        self._registry = registry
        self._organisation = organisation

    async def of(self, kind: str, name: str) -> list[Disappears]:
        """Each collection with rows of this connection, largest first."""
        guard = Guard(self._organisation, (scope_of(self._organisation, kind, name),))
        found: list[Disappears] = []
        for source in self._registry:
            collection = source.collection
            fed = any(f.source.startswith(f"{kind}/{name}/") for f in source.freshness(guard))
            if not fed or collection is CONNECTIONS:
                continue
            query = parse_query(collection)
            page = await source.page(query, guard, limit=1, after=None, now=time.time())
            if page.total:
                found.append(
                    Disappears(collection=collection.name, title=collection.title, rows=page.total)
                )
        return sorted(found, key=lambda item: (-item.rows, item.title))
