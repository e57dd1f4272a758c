"""The `clusters` rows: each cluster's health with how much it holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

import msgspec

from backend.features.cluster.collections import CLUSTERS
from backend.features.cluster.project import cluster_row
from backend.features.cluster.rows import ClusterRow
from backend.live.derive import Derived, Fold, One
from backend.live.feed import MemoryFeed
from backend.live.row import Row
from backend.live.table import Table
from integrations.contract import Feed, FeedState
from integrations.kubernetes import ApiServerHealth
from integrations.kubernetes.models.meta import Meta

__all__ = ["Clusters"]


class _Named(Protocol):
    """Any object of the API."""

    metadata: Meta


class _Held(Row, frozen=True):
    """Something a cluster holds."""

    cluster: str


class Clusters:
    """Every cluster = its connection's health ⋈ counts: `rows` is the collection's source."""

    def __init__(self) -> None:
        self._health: Table[ClusterRow] = Table("health of clusters")
        self._nodes: Table[_Held] = Table("nodes of clusters")
        self._pods: Table[_Held] = Table("pods of clusters")
        self.rows = Derived(
            CLUSTERS,
            inputs=(One(self._health), _count(self._nodes), _count(self._pods)),
            row=_row,
        )

    def feeds(self, cluster: str) -> Mapping[str, Feed[Any]]:
        """The feeds that keep one cluster's row, by kind."""
        within, name = ("cluster", cluster), f"kubernetes/{cluster}"
        health = partial(_health_row, cluster)
        held = partial(_held, cluster)
        return {
            "health": _HealthFeed(self._health.feed(f"{name}/health", health, within=within)),
            "nodes": self._nodes.feed(f"{name}/nodes", held, within=within),
            "pods": self._pods.feed(f"{name}/pods", held, within=within),
        }


def _count(table: Table[_Held]) -> Fold[_Held, int]:
    return Fold(table, by=_cluster, zero=0, add=_plus)


def _cluster(held: _Held) -> tuple[str, ...]:
    return (held.cluster,)


def _plus(number: int, _held: _Held, sign: int) -> int:
    return number + sign


def _held(cluster: str, found: _Named) -> _Held:
    meta = found.metadata
    return _Held(f"{cluster}/{meta.namespace}/{meta.name}", cluster)


def _health_row(cluster: str, health: ApiServerHealth) -> ClusterRow | None:
    return cluster_row(cluster, health, 0, 0) if health.since else None


def _row(_key: str, health: ClusterRow | None, nodes: int, pods: int) -> ClusterRow | None:
    return None if health is None else msgspec.structs.replace(health, nodes=nodes, pods=pods)


class _HealthFeed:
    """Health is the state of the connection, not only a value that comes over it."""

    def __init__(self, feed: MemoryFeed[ApiServerHealth]) -> None:
        self._feed = feed

    def put(self, key: str, value: ApiServerHealth) -> None:
        """The health is different."""
        self._feed.state(value.state, value.message)
        self._feed.put(key, value)

    def delete(self, key: str) -> None:
        """The connection is no more."""
        self._feed.delete(key)

    def begin(self) -> None:
        """There is no listing."""

    def commit(self) -> None:
        """There is no listing."""

    def state(self, state: FeedState, message: str = "") -> None:
        """Health speaks for itself."""

    def close(self) -> None:
        """The connection is gone."""
        self._feed.close()
