"""The routes of one kind of the Gateway API: whole, for what their parents say of them."""

from __future__ import annotations

from typing import NamedTuple

from integrations.contract import Feed
from integrations.kubernetes.kinds import ResourceKind
from integrations.kubernetes.metadata_feed import KindFeed, Told
from integrations.kubernetes.models.custom import Route

__all__ = ["RouteFeed", "RouteObject"]


class RouteObject(NamedTuple):
    """A route, and of which kind."""

    kind: ResourceKind
    route: Route


class RouteFeed(KindFeed[Route]):
    """Tells `routes` of every route, beside what the feed of any kind tells."""

    def __init__(
        self, definition: str, kind: ResourceKind, told: Told, routes: Feed[RouteObject]
    ) -> None:
        super().__init__(definition, kind, told)
        self._routes = routes
        self._there: set[str] = set()
        self._found: set[str] | None = None

    def put(self, key: str, value: Route) -> None:
        """A route there is."""
        full = f"{self.definition}/{key}"
        self._there.add(full)
        if self._found is not None:
            self._found.add(full)
        self._routes.put(full, RouteObject(self._kind, value))
        super().put(key, value)

    def delete(self, key: str) -> None:
        """A route that is gone."""
        self._forget(f"{self.definition}/{key}")
        super().delete(key)

    def begin(self) -> None:
        """All are listed."""
        self._found = set()
        super().begin()

    def commit(self) -> None:
        """What was not listed is gone."""
        for full in self._there - (self._found or set()):
            self._forget(full)
        self._found = None
        super().commit()

    def close(self) -> None:
        """The kind is no more, or is no longer watched."""
        for full in list(self._there):
            self._forget(full)
        super().close()

    def _forget(self, full: str) -> None:
        self._there.discard(full)
        self._routes.delete(full)
