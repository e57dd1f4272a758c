"""Clusters, namespaces, leases and custom resources, and the details of any object."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from backend.features.cluster import project
from backend.features.cluster.collections import CLUSTERS, DEFINITIONS, LEASES, NAMESPACES
from backend.features.cluster.overview import ClusterJoin, Counter
from backend.features.cluster.rights import KINDS
from backend.features.cluster.routes import router
from backend.features.context import Feature, FeatureContext
from backend.live.memory import MemorySource
from integrations.contract import Feed
from integrations.kubernetes import DiffFeed
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the collections and the detail routes."""
    sources: dict[str, MemorySource[Any]] = {}
    for collection in (CLUSTERS, NAMESPACES, LEASES, DEFINITIONS):
        sources[collection.name] = MemorySource(collection)
        context.registry.add(collection, sources[collection.name])

    def feeds(settings: ConnectionSettings) -> Mapping[str, Feed[Any]]:
        return cluster_feeds(sources, settings.name)

    return Feature("cluster", router(context.upstreams), {"kubernetes": feeds}, kinds=KINDS)


def cluster_feeds(sources: Mapping[str, MemorySource[Any]], cluster: str) -> dict[str, Feed[Any]]:
    """The feeds that keep one cluster's rows in `sources`, by kind."""
    within = ("cluster", cluster)

    def feed(plural: str, make: Any) -> Feed[Any]:
        source = sources[plural]
        return source.feed(f"kubernetes/{cluster}/{plural}", partial(make, cluster), within=within)

    own = sources["clusters"].feed(f"kubernetes/{cluster}/health", _same, within=within)
    join = ClusterJoin(cluster, own)
    return {
        "health": DiffFeed(join),
        "nodes": DiffFeed(Counter(join, "nodes")),
        "pods": DiffFeed(Counter(join, "pods")),
        "namespaces": feed("namespaces", project.namespace_row),
        "leases": feed("leases", project.lease_row),
        "customresourcedefinitions": feed("customresourcedefinitions", project.definition_row),
    }


def _same(row: Any) -> Any:
    return row
