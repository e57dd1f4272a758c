"""The Workloads pages: pods, what runs them, what reaches them and what they use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from backend.features.context import Feature, FeatureContext
from backend.features.workloads import project, project_network
from backend.features.workloads.claims import Claims
from backend.features.workloads.collections import CONFIG_MAPS, PODS, SECRETS, WORKLOADS
from backend.features.workloads.collections_network import (
    CLAIMS,
    ENDPOINT_SLICES,
    INGRESSES,
    SERVICES,
    VOLUMES,
)
from backend.features.workloads.ingresses import Ingresses
from backend.features.workloads.join import Workloads
from backend.features.workloads.rights import KINDS
from backend.features.workloads.services import Services
from backend.features.workloads.simulated import Pods
from backend.live.collection import Collection
from backend.live.memory import MemorySource
from integrations.broadcast import join
from integrations.contract import Feed
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["PLAIN", "WorkloadSources", "register"]


@dataclass(frozen=True, slots=True)
class _Plain:
    """A collection whose rows each come from one object."""

    collection: Collection
    project: Callable[[str, Any], Any]


PLAIN: Final = (
    _Plain(ENDPOINT_SLICES, project_network.endpoint_slice_row),
    _Plain(VOLUMES, project_network.volume_row),
    _Plain(CONFIG_MAPS, project.metadata_row),
    _Plain(SECRETS, project.metadata_row),
)


class WorkloadSources:
    """The sources of this feature's collections, and the feeds that fill them."""

    def __init__(self) -> None:
        self.pods = Pods()
        self.workloads = Workloads()
        self.services = Services()
        self.ingresses = Ingresses()
        self.claims = Claims()
        self.plain: dict[str, MemorySource[Any]] = {
            plain.collection.name: MemorySource(plain.collection) for plain in PLAIN
        }

    def feeds(self, cluster: str) -> dict[str, Feed[Any]]:
        """The feeds that keep one cluster's rows, by kind."""
        within = ("cluster", cluster)
        joins = (self.pods, self.workloads, self.services, self.ingresses, self.claims)
        found = [made.feeds(cluster) for made in joins]
        for plain in PLAIN:
            name = plain.collection.name
            make, source = partial(plain.project, cluster), self.plain[name]
            found.append({name: source.feed(f"kubernetes/{cluster}/{name}", make, within=within)})
        feeds: dict[str, Feed[Any]] = {}
        for kind in dict.fromkeys(kind for part in found for kind in part):
            alike = tuple(part[kind] for part in found if kind in part)
            feeds[kind] = alike[0] if len(alike) == 1 else join(alike)
        return feeds


def register(context: FeatureContext) -> Feature:
    """Add the collections, fed by every cluster."""
    sources = WorkloadSources()
    context.registry.add(PODS, sources.pods.rows)
    context.registry.add(WORKLOADS, sources.workloads.rows)
    context.registry.add(SERVICES, sources.services.rows)
    context.registry.add(INGRESSES, sources.ingresses.rows)
    context.registry.add(CLAIMS, sources.claims.rows)
    for plain in PLAIN:
        context.registry.add(plain.collection, sources.plain[plain.collection.name])

    def feeds(settings: ConnectionSettings) -> Mapping[str, Feed[Any]]:
        return sources.feeds(settings.name)

    return Feature("workloads", feeds={"kubernetes": feeds}, kinds=KINDS)
