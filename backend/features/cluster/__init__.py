"""Clusters, namespaces, leases and custom resources, and the details of any object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from fastapi import APIRouter

from backend.connections.reviewing import ClusterReviews
from backend.features.cluster import project
from backend.features.cluster.collections import CLUSTERS, DEFINITIONS, LEASES, NAMESPACES
from backend.features.cluster.definitions import Definitions
from backend.features.cluster.editing.routes import router as editing
from backend.features.cluster.kubectl.proxy import MOUNT, KubectlProxy
from backend.features.cluster.logs.routes import LogStreams
from backend.features.cluster.logs.routes import router as logs
from backend.features.cluster.operate.drain.job import Drainer
from backend.features.cluster.operate.drain.routes import router as draining
from backend.features.cluster.operate.routes import router as actions
from backend.features.cluster.overview import Clusters
from backend.features.cluster.rights import KINDS
from backend.features.cluster.routes import router as objects
from backend.features.cluster.terminal.counted import Terminals
from backend.features.cluster.terminal.routes import router as terminal
from backend.features.cluster.usage.kept import Usages
from backend.features.cluster.usage.routes import router as usage
from backend.features.context import Feature, FeatureContext
from backend.live.collection import Collection
from backend.live.memory import MemorySource
from integrations.contract import Feed
from integrations.kubernetes.openapi import KindSchemas
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["register"]

PLAIN: Final[Mapping[Collection, Callable[[str, Any], Any]]] = {
    NAMESPACES: project.namespace_row,
    LEASES: project.lease_row,
}
"""The collections whose rows each come from one object; named like the kind."""


def register(context: FeatureContext) -> Feature:
    """Add the collections and the detail routes."""
    clusters = Clusters()
    context.registry.add(CLUSTERS, clusters.rows)
    sources: dict[str, MemorySource[Any]] = {}
    for collection in PLAIN:
        sources[collection.name] = MemorySource(collection)
        context.registry.add(collection, sources[collection.name])
    definitions, usages = Definitions(), Usages()
    context.registry.add(DEFINITIONS, definitions.rows)

    def known(cluster: str) -> list[str]:
        return [row.name for row in sources["namespaces"] if row.cluster == cluster]

    context.registry.reviewer = ClusterReviews(context.upstreams, known)

    def feeds(settings: ConnectionSettings) -> Mapping[str, Feed[Any]]:
        name, within = settings.name, ("cluster", settings.name)
        feeds = {**clusters.feeds(name), **definitions.feeds(name), **usages.feeds(name)}
        for collection, make in PLAIN.items():
            source = f"kubernetes/{name}/{collection.name}"
            feeds[collection.name] = sources[collection.name].feed(
                source, partial(make, name), within=within
            )
        return feeds

    mounts = {MOUNT: KubectlProxy()}
    router = APIRouter()
    router.include_router(usage)
    router.include_router(terminal)  # before those that read any word as a kind
    router.include_router(objects)
    router.include_router(logs)
    router.include_router(draining)
    router.include_router(editing)
    router.include_router(actions)
    drainer = Drainer(context)
    return Feature(
        "cluster",
        router,
        {"kubernetes": feeds},
        kinds=KINDS,
        jobs=(drainer.job,),
        parts=(drainer, LogStreams(), Terminals(), KindSchemas(), usages),
        mounts=mounts,
    )
