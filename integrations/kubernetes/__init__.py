"""Kubernetes: typed client, one watch per (cluster, kind), health. See README.md."""

from __future__ import annotations

from integrations.kubernetes.client import KubernetesClient, Version, custom_kind
from integrations.kubernetes.connection import Health, KubernetesConnection
from integrations.kubernetes.errors import Behind, ConfigurationError, Expired
from integrations.kubernetes.feeds import Changes, Dirty, FanOut, Listener, Newest
from integrations.kubernetes.kinds import KINDS, Kind, kind_of
from integrations.kubernetes.quantity import parse_quantity
from integrations.kubernetes.settings import ConnectionSettings, Limits

__all__ = [
    "KINDS",
    "Behind",
    "Changes",
    "ConfigurationError",
    "ConnectionSettings",
    "Dirty",
    "Expired",
    "FanOut",
    "Health",
    "Kind",
    "KubernetesClient",
    "KubernetesConnection",
    "Limits",
    "Listener",
    "Newest",
    "Version",
    "custom_kind",
    "kind_of",
    "parse_quantity",
]
