"""The Machines page: one row joins a node with what runs on it and how it is updated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.features.context import Feature, FeatureContext
from backend.features.machines.collections import MACHINES
from backend.features.machines.join import Machines
from backend.features.machines.rights import KINDS
from backend.omaha.store.announce import CONFIG
from backend.omaha.store.announce import MACHINES as MACHINES_CHANGED
from integrations.contract import Feed
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["Machines", "register"]


def register(context: FeatureContext) -> Feature:
    """Add the `machines` collection, fed by every cluster's nodes and pods, and by the update
    service."""
    machines = Machines(context.db_sessions)
    for topic in (CONFIG, MACHINES_CHANGED):
        context.bus.subscribe(topic, machines.updates.note)
    context.registry.add(MACHINES, machines.rows)

    def feeds(settings: ConnectionSettings) -> Mapping[str, Feed[Any]]:
        return machines.feeds(settings.name)

    return Feature("machines", feeds={"kubernetes": feeds}, kinds=KINDS)
