"""What the console knows of etcd."""

from __future__ import annotations

from typing import Any, Final

from integrations.contract import Feed, Feeds, Integration, Observe
from integrations.etcd.connection import EtcdConnection, EtcdFeeds
from integrations.etcd.forms import WAYS, destinations
from integrations.etcd.probe import certificates, probe
from integrations.etcd.settings import EtcdSettings
from integrations.unread import Unread

__all__ = ["INTEGRATION"]

_UNREAD: Final[Feed[Any]] = Unread()


async def _connect(settings: EtcdSettings, feeds: Feeds, observe: Observe) -> EtcdConnection:
    connection = EtcdConnection(settings, observe=observe)
    connection.start(
        EtcdFeeds(
            members=feeds.get("members", _UNREAD),
            keys=feeds.get("keys", _UNREAD),
            events=feeds.get("events", _UNREAD),
        )
    )
    return connection


INTEGRATION: Final = Integration(
    kind="etcd",
    title="etcd",
    settings=EtcdSettings,
    scope="etcd",
    feeds=frozenset({"members", "keys", "events"}),
    connect=_connect,
    test=probe,
    ways=WAYS,
    destinations=destinations,
    certificates=certificates,
)
