"""Make and start a connection of each kind: the only place that knows their differences."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

from backend.connections.metrics import WATCHES, observer
from integrations.contract import Feed, State
from integrations.etcd.connection import EtcdConnection, EtcdFeeds
from integrations.etcd.settings import EtcdSettings
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.settings import ConnectionSettings as KubernetesSettings
from integrations.registry.connection import RegistryConnection, RegistryFeeds
from integrations.registry.settings import RegistrySettings

__all__ = ["STARTERS", "Running"]

Feeds = Mapping[str, Feed[Any]]


class Running(Protocol):
    """What the manager needs of a running connection."""

    @property
    def settings(self) -> Any:
        """The record it was made from."""

    async def stop(self) -> None:
        """End its tasks and close its client."""


class _Unwanted:
    """A feed nobody reads."""

    def put(self, key: str, value: Any) -> None: ...

    def delete(self, key: str) -> None: ...

    def begin(self) -> None: ...

    def commit(self) -> None: ...

    def state(self, state: State, message: str = "") -> None: ...


async def _kubernetes(settings: KubernetesSettings, feeds: Feeds) -> KubernetesConnection:
    connection = KubernetesConnection(settings, observe=observer("kubernetes", settings.name))
    WATCHES.labels("kubernetes", settings.name).set_function(lambda: connection.watches)
    await connection.start(feeds)
    return connection


async def _etcd(settings: EtcdSettings, feeds: Feeds) -> EtcdConnection:
    connection = EtcdConnection(settings, observe=observer("etcd", settings.name))
    connection.start(EtcdFeeds(**_named(feeds, "members", "keys", "events")))
    return connection


async def _registry(settings: RegistrySettings, feeds: Feeds) -> RegistryConnection:
    connection = RegistryConnection(settings, observe=observer("registry", settings.name))
    connection.start(RegistryFeeds(**_named(feeds, "repositories", "tags")))
    return connection


def _named(feeds: Feeds, *kinds: str) -> dict[str, Feed[Any]]:
    return {kind: feeds.get(kind, _Unwanted()) for kind in kinds}


STARTERS: Final[dict[str, Callable[[Any, Feeds], Awaitable[Running]]]] = {
    "kubernetes": _kubernetes,
    "etcd": _etcd,
    "registry": _registry,
}
"""By kind of connection."""
