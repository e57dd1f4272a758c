"""Which permission an object of the API server falls under, and where it lies."""

from __future__ import annotations

from typing import Final

from auth import scope
from auth.scope import Scope
from integrations.kubernetes import KINDS, ResourceKind

__all__ = ["DEFINITION", "permission_kind", "scope_of"]

DEFINITION: Final = "customresourcedefinitions"

_KINDS: Final = {
    "nodes": "machine",
    "namespaces": "namespace",
    "pods": "pod",
    "services": "service",
    "endpointslices": "service",
    "ingresses": "service",
    "persistentvolumes": "volume",
    "persistentvolumeclaims": "volume",
    "configmaps": "configmap",
    "secrets": "secret",
    "events": "event",
    "leases": "lease",
    DEFINITION: "definition",
}
_WORKLOADS: Final = frozenset(
    {"deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs"}
)


def permission_kind(kind: ResourceKind) -> str:
    """The kind rights are granted on: the one its collection declares."""
    known = KINDS.get(kind.plural)
    if known is None or known.group != kind.group:
        return "customresource"
    return "workload" if kind.plural in _WORKLOADS else _KINDS[kind.plural]


def scope_of(
    organisation: str, cluster: str, kind: ResourceKind, namespace: str, name: str
) -> Scope:
    """The scope of one object. A namespace lies in itself, as its row does."""
    if kind.plural == "namespaces" and not kind.group:
        return scope.namespace(organisation, cluster, name)
    if kind.namespaced and namespace:
        return scope.namespace(organisation, cluster, namespace)
    return scope.cluster(organisation, cluster)
