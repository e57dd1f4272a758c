"""The Images page: repositories, tags and what is inside an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.features.context import Feature, FeatureContext
from backend.features.images.collections import REPOSITORIES, TAGS
from backend.features.images.deliveries import Deliveries
from backend.features.images.rights import KINDS
from backend.features.images.routes import router
from backend.features.images.running import Images
from integrations.contract import Feed
from integrations.kubernetes.settings import ConnectionSettings
from integrations.registry.settings import RegistrySettings

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add `repositories` and `tags`, the detail routes and the registries' webhook."""
    images = Images()
    context.registry.add(REPOSITORIES, images.repositories)
    context.registry.add(TAGS, images.tags)

    deliveries = Deliveries(context.bus, context.upstreams)

    def registry(settings: RegistrySettings) -> Mapping[str, Feed[Any]]:
        deliveries.follow(settings.name)
        return images.of_registry(settings.name)

    def kubernetes(settings: ConnectionSettings) -> Mapping[str, Feed[Any]]:
        return images.of_cluster(settings.name)

    return Feature(
        "images",
        router,
        {"registry": registry, "kubernetes": kubernetes},
        kinds=KINDS,
        parts=(deliveries,),
    )
