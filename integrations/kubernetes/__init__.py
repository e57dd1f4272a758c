"""Kubernetes: typed client, one watch per (cluster, kind), health. See README.md."""

from __future__ import annotations

from integrations.kubernetes.client import KubernetesClient, Version, custom_kind
from integrations.kubernetes.connection import ApiServerHealth, KubernetesConnection
from integrations.kubernetes.errors import Behind, ConfigurationError, Expired
from integrations.kubernetes.feeds import BoundedFeed, ChangeListener, DiffFeed, WorkQueue
from integrations.kubernetes.kinds import KINDS, Kind, kind_of
from integrations.kubernetes.quantity import parse_quantity
from integrations.kubernetes.settings import ConnectionSettings, Limits

__all__ = [
    "KINDS",
    "ApiServerHealth",
    "Behind",
    "BoundedFeed",
    "ChangeListener",
    "ConfigurationError",
    "ConnectionSettings",
    "DiffFeed",
    "Expired",
    "Kind",
    "KubernetesClient",
    "KubernetesConnection",
    "Limits",
    "Version",
    "WorkQueue",
    "custom_kind",
    "kind_of",
    "parse_quantity",
]
