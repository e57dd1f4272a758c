"""What the console knows of Kubernetes."""

from __future__ import annotations

from typing import Final

from integrations.contract import Feeds, Integration, Observe
from integrations.kubernetes.connection import HEALTH, KubernetesConnection
from integrations.kubernetes.forms import WAYS, choices, decides, destinations
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.metadata_watches import CHANGES, DELETIONS, ROUTES
from integrations.kubernetes.metrics_poll import NODE_USAGE, POD_USAGE
from integrations.kubernetes.probe import certificates, probe
from integrations.kubernetes.settings import ConnectionSettings

__all__ = ["INTEGRATION"]


async def _connect(
    settings: ConnectionSettings, feeds: Feeds, observe: Observe
) -> KubernetesConnection:
    connection = KubernetesConnection(settings, observe=observe)
    await connection.start(feeds)
    return connection


INTEGRATION: Final = Integration(
    kind="kubernetes",
    title="Kubernetes",
    settings=ConnectionSettings,
    scope="cluster",
    feeds=frozenset(KINDS) | {HEALTH, CHANGES, DELETIONS, NODE_USAGE, POD_USAGE, ROUTES},
    connect=_connect,
    test=probe,
    ways=WAYS,
    choices=choices,
    destinations=destinations,
    certificates=certificates,
    decides=decides,
)
