"""What the console knows of OCI registries."""

from __future__ import annotations

from typing import Any, Final

from integrations.contract import Feed, Feeds, Integration, Observe
from integrations.registry.connection import RegistryConnection, RegistryFeeds
from integrations.registry.forms import WAYS, destinations
from integrations.registry.probe import certificates, probe
from integrations.registry.settings import RegistrySettings
from integrations.unread import Unread

__all__ = ["INTEGRATION"]

_UNREAD: Final[Feed[Any]] = Unread()


async def _connect(
    settings: RegistrySettings, feeds: Feeds, observe: Observe
) -> RegistryConnection:
    connection = RegistryConnection(settings, observe=observe)
    connection.start(
        RegistryFeeds(
            repositories=feeds.get("repositories", _UNREAD), tags=feeds.get("tags", _UNREAD)
        )
    )
    return connection


INTEGRATION: Final = Integration(
    kind="registry",
    title="Image registry",
    settings=RegistrySettings,
    scope="registry",
    feeds=frozenset({"repositories", "tags"}),
    connect=_connect,
    test=probe,
    ways=WAYS,
    destinations=destinations,
    certificates=certificates,
)
