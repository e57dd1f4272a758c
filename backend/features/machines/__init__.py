"""The Machines page: one row joins a node with what runs on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.features.context import Feature, FeatureContext
from backend.features.machines.collections import MACHINES
from backend.features.machines.join import Machines
from backend.features.machines.rights import KINDS
from integrations.contract import Feed
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["Machines", "register"]


def register(context: FeatureContext) -> Feature:
    """Add the `machines` collection, fed by every cluster's nodes and pods."""
    machines = Machines()
    context.registry.add(MACHINES, machines.rows)

    def feeds(settings: ConnectionSettings) -> Mapping[str, Feed[Any]]:
        return machines.feeds(settings.name)

    return Feature("machines", feeds={"kubernetes": feeds}, kinds=KINDS)
