"""The Workloads pages: pods, what runs them, what reaches them and what they use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from backend.features.context import Feature, FeatureContext
from backend.features.workloads import project, project_network
from backend.features.workloads.collections import CONFIG_MAPS, PODS, SECRETS, WORKLOADS
from backend.features.workloads.collections_network import (
    CLAIMS,
    ENDPOINT_SLICES,
    INGRESSES,
    SERVICES,
    VOLUMES,
)
from backend.features.workloads.join import SHOWN, PodListener, WorkloadJoin, WorkloadListener
from backend.features.workloads.rights import KINDS
from backend.features.workloads.simulated import SimulatedNodes
from backend.live.collection import Collection
from backend.live.memory import MemorySource
from integrations.broadcast import Broadcast
from integrations.contract import Feed
from integrations.kubernetes import DiffFeed
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["register"]


@dataclass(frozen=True, slots=True)
class _Plain:
    """A collection whose rows each come from one object."""

    collection: Collection
    project: Callable[[str, Any], Any]


PLAIN: Final = (
    _Plain(SERVICES, project_network.service_row),
    _Plain(ENDPOINT_SLICES, project_network.endpoint_slice_row),
    _Plain(INGRESSES, project_network.ingress_row),
    _Plain(VOLUMES, project_network.volume_row),
    _Plain(CLAIMS, project_network.claim_row),
    _Plain(CONFIG_MAPS, project.metadata_row),
    _Plain(SECRETS, project.metadata_row),
)


def register(context: FeatureContext) -> Feature:
    """Add the collections, fed by every cluster."""
    sources: dict[str, MemorySource[Any]] = {}
    for collection in (PODS, WORKLOADS, *(plain.collection for plain in PLAIN)):
        sources[collection.name] = MemorySource(collection)
        context.registry.add(collection, sources[collection.name])

    def feeds(settings: ConnectionSettings) -> Mapping[str, Feed[Any]]:
        return workload_feeds(sources, settings.name)

    return Feature("workloads", feeds={"kubernetes": feeds}, kinds=KINDS)


def workload_feeds(sources: Mapping[str, MemorySource[Any]], cluster: str) -> dict[str, Feed[Any]]:
    """The feeds that keep one cluster's rows in `sources`, by kind."""
    within = ("cluster", cluster)

    def feed(source: str, plural: str, make: Callable[[Any], Any]) -> Any:
        return sources[source].feed(f"kubernetes/{cluster}/{plural}", make, within=within)

    simulated = SimulatedNodes(cluster, sources["pods"])
    shown = {plural: feed("workloads", plural, _same) for plural in SHOWN}
    join = WorkloadJoin(cluster, shown)
    feeds: dict[str, Feed[Any]] = {
        "pods": Broadcast((feed("pods", "pods", simulated.project), DiffFeed(PodListener(join)))),
        "nodes": DiffFeed(simulated),
    }
    for plural in SHOWN:
        feeds[plural] = DiffFeed(WorkloadListener(join, plural))
    for plain in PLAIN:
        name = plain.collection.name
        feeds[name] = feed(name, name, partial(plain.project, cluster))
    return feeds


def _same(row: Any) -> Any:
    return row
