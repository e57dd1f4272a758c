"""The `clusters` rows: each cluster's health with how much it holds."""

from __future__ import annotations

from typing import Any

from backend.features.cluster.project import cluster_row
from backend.features.cluster.rows import ClusterRow
from backend.live.feed import MemoryFeed
from integrations.contract import State
from integrations.kubernetes import ApiServerHealth, WorkQueue

__all__ = ["ClusterJoin", "Counter"]


class ClusterJoin:
    """One cluster's row: its connection's health ⋈ counts."""

    def __init__(self, name: str, feed: MemoryFeed[ClusterRow]) -> None:
        self.feed = feed
        self.nodes = 0
        self.pods = 0
        self._name = name
        self._health = ApiServerHealth()
        self._dirty = WorkQueue(self._make)

    def counted(self) -> None:
        """A count changed."""
        self._dirty.mark(self._name)

    def changed(self, key: str, value: ApiServerHealth) -> None:
        """The health is different."""
        self._health = value
        self.feed.state(value.state, value.message)
        self._make(key)

    def gone(self, key: str) -> None:
        """The connection is no more."""
        self.feed.delete(key)

    def freshness(self, state: State, message: str) -> None:
        """ApiServerHealth speaks for itself."""

    def closed(self) -> None:
        """The connection is gone."""
        self.feed.close()

    def _make(self, key: str) -> None:
        if self._health.since:
            self.feed.put(key, cluster_row(self._name, self._health, self.nodes, self.pods))


class Counter:
    """Counts one kind of object for a `ClusterJoin`."""

    def __init__(self, join: ClusterJoin, field: str) -> None:
        self._join = join
        self._field = field
        self._keys: set[str] = set()

    def changed(self, key: str, value: Any) -> None:  # noqa: ARG002  # only that it exists counts
        """One more, if it is new."""
        if key not in self._keys:
            self._keys.add(key)
            self._tell()

    def gone(self, key: str) -> None:
        """One less."""
        self._keys.discard(key)
        self._tell()

    def freshness(self, state: State, message: str) -> None:
        """The health says it."""

    def closed(self) -> None:
        """Nothing of it is left."""

    def _tell(self) -> None:
        setattr(self._join, self._field, len(self._keys))
        self._join.counted()
