"""The Machines page: one row joins a node with what runs on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.features.context import Feature, FeatureContext
from backend.features.machines.collections import MACHINES
from backend.features.machines.join import MachineJoin, NodeListener, PodListener
from backend.features.machines.rights import KINDS
from backend.features.machines.rows import MachineRow
from backend.live.memory import MemorySource
from integrations.contract import Feed
from integrations.kubernetes import DiffFeed
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the `machines` collection, fed by every cluster's nodes and pods."""
    source: MemorySource[MachineRow] = MemorySource(MACHINES)
    context.registry.add(MACHINES, source)

    def feeds(settings: ConnectionSettings) -> Mapping[str, Feed[Any]]:
        return machine_feeds(source, settings.name)

    return Feature("machines", feeds={"kubernetes": feeds}, kinds=KINDS)


def machine_feeds(source: MemorySource[MachineRow], cluster: str) -> dict[str, Feed[Any]]:
    """The feeds that keep one cluster's machines in `source`."""
    within = ("cluster", cluster)
    rows = source.feed(f"kubernetes/{cluster}/nodes", _same, within=within)
    pods = source.feed(f"kubernetes/{cluster}/pods", _same, within=within)
    join = MachineJoin(cluster, rows, pods)
    return {"nodes": DiffFeed(NodeListener(join)), "pods": DiffFeed(PodListener(join))}


def _same(row: MachineRow) -> MachineRow:
    return row
