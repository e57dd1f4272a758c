"""The Images page: repositories, tags and what is inside an image."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from backend.features.context import Feature, FeatureContext
from backend.features.images.collections import REPOSITORIES, TAGS
from backend.features.images.deliveries import Deliveries
from backend.features.images.project import repository_row, tag_row
from backend.features.images.rights import KINDS
from backend.features.images.routes import router
from backend.features.images.rows import RepositoryRow, TagRow
from backend.live.memory import MemorySource
from integrations.contract import Feed
from integrations.registry.settings import RegistrySettings

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add `repositories` and `tags`, the detail routes and the registries' webhook."""
    repositories: MemorySource[RepositoryRow] = MemorySource(REPOSITORIES)
    tags: MemorySource[TagRow] = MemorySource(TAGS)
    context.registry.add(REPOSITORIES, repositories)
    context.registry.add(TAGS, tags)

    deliveries = Deliveries(context.bus, context.upstreams)

    def registry(settings: RegistrySettings) -> Mapping[str, Feed[Any]]:
        name = settings.name
        within = ("registry", name)
        deliveries.follow(name)
        return {
            "repositories": repositories.feed(
                f"registry/{name}/repositories", partial(repository_row, name), within=within
            ),
            "tags": tags.feed(f"registry/{name}/tags", partial(tag_row, name), within=within),
        }

    return Feature("images", router, {"registry": registry}, kinds=KINDS, parts=(deliveries,))
