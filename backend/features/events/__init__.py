"""The Events page: Kubernetes and etcd in one live stream."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from backend.features.context import Feature, FeatureContext
from backend.features.events.collections import EVENTS
from backend.features.events.density import router
from backend.features.events.project import etcd_event_row, event_row, last_seen
from backend.features.events.rights import KINDS
from backend.features.events.rows import EventRow
from backend.live.bounded import BoundedFeed
from backend.live.memory import MemorySource
from integrations.contract import Feed
from integrations.etcd.settings import EtcdSettings
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["EventRow", "register"]


def register(context: FeatureContext) -> Feature:
    """Add the `events` collection: the newest of every cluster, and every etcd's changes."""
    source: MemorySource[EventRow] = MemorySource(EVENTS)
    context.registry.add(EVENTS, source)

    def kubernetes(settings: ConnectionSettings) -> Mapping[str, Feed[Any]]:
        return kubernetes_feeds(source, settings.name, settings.limits.events_kept)

    def etcd(settings: EtcdSettings) -> Mapping[str, Feed[Any]]:
        name = settings.name
        make = partial(etcd_event_row, name)
        return {"events": source.feed(f"etcd/{name}/events", make, within=("etcd", name))}

    return Feature("events", router, feeds={"kubernetes": kubernetes, "etcd": etcd}, kinds=KINDS)


def kubernetes_feeds(
    source: MemorySource[EventRow], cluster: str, limit: int
) -> dict[str, Feed[Any]]:
    """The feed that keeps the `limit` newest events of one cluster in `source`."""
    name = f"kubernetes/{cluster}/events"
    rows = source.feed(name, partial(event_row, cluster), within=("cluster", cluster))
    return {"events": BoundedFeed(rows, limit, last_seen)}
