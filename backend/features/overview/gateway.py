"""Routes of the Gateway API that what they are attached to has not taken, or not wholly."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from backend.live.reviewed import Resource
from backend.live.row import Row
from backend.live.table import Table
from integrations.contract import Feed
from integrations.kubernetes.metadata_watches import ROUTES
from integrations.kubernetes.models.meta import seconds
from integrations.kubernetes.route_feed import RouteObject
from integrations.kubernetes.summaries.routes import PATIENCE, route_words

__all__ = ["RouteRow", "Routes"]

_NEVER: Final = float("inf")


class RouteRow(Row, frozen=True):
    """A route; `wrong` what its parents say against it, or will be (nothing has taken it) at Unix
    seconds `due`."""

    cluster: str
    kind: str
    plural: str
    namespace: str
    name: str
    created: float
    status: str
    reason: str
    wrong: bool
    due: float


class Routes:
    """The routes of every cluster that are not as asked."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.rows: Table[RouteRow] = Table("routes that are not taken")
        self._resources: dict[str, set[Resource]] = {}

    def feeds(self, cluster: str) -> Mapping[str, Feed[Any]]:
        """The feed that keeps one cluster's."""
        row = partial(self._row, cluster)
        name = f"kubernetes/{cluster}/{ROUTES}"
        return {ROUTES: self.rows.feed(name, row, within=("cluster", cluster))}

    def resources(self, cluster: str) -> tuple[Resource, ...]:
        """The kinds of routes in a cluster."""
        found = self._resources.get(cluster, set())
        return tuple(sorted(found, key=lambda resource: resource.name))

    async def look(self) -> None:
        """Time alone makes a route that nothing has taken a problem: nothing tells of it."""
        now = self._clock()
        for row in self.rows:
            if not row.wrong and row.due <= now:
                self.rows.put(msgspec.structs.replace(row, wrong=True))

    def _row(self, cluster: str, found: RouteObject) -> RouteRow | None:
        kind, meta = found.kind, found.route.metadata
        if meta.deletion_timestamp is not None:
            return None
        self._resources.setdefault(cluster, set()).add(
            Resource(kind.group, kind.plural, kind.namespaced, custom=True)
        )
        created = seconds(meta.creation_timestamp) or 0.0
        parts = {"namespace": meta.namespace, "creationTimestamp": meta.creation_timestamp}
        raw = {"metadata": parts, "spec": found.route.spec, "status": found.route.status}
        words = route_words(raw)
        waits = words.healthy is None and words.summary and words.status == "Pending"
        if words.healthy is not False and not waits:
            return None
        return RouteRow(
            key=f"{cluster}/{kind.address}/{meta.namespace}/{meta.name}",
            cluster=cluster,
            kind=kind.kind,
            plural=kind.address,
            namespace=meta.namespace,
            name=meta.name,
            created=created,
            status=words.status,
            reason=words.summary,
            wrong=words.healthy is False,
            due=created + PATIENCE if waits else _NEVER,
        )
