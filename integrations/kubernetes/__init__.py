"""Kubernetes: typed client, one watch per (cluster, kind), health. See README.md."""

from __future__ import annotations

from integrations.kubernetes.client import KubernetesClient, Version, custom_kind
from integrations.kubernetes.connection import ApiServerHealth, KubernetesConnection
from integrations.kubernetes.errors import Behind, ConfigurationError, Expired
from integrations.kubernetes.kinds import KINDS, ResourceKind, kind_of
from integrations.kubernetes.quantity import parse_quantity
from integrations.kubernetes.settings import ConnectionSettings, Limits

__all__ = [
    "KINDS",
    "ApiServerHealth",
    "Behind",
    "ConfigurationError",
    "ConnectionSettings",
    "Expired",
    "KubernetesClient",
    "KubernetesConnection",
    "Limits",
    "ResourceKind",
    "Version",
    "custom_kind",
    "kind_of",
    "parse_quantity",
]
