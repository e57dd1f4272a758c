"""Which permission an object of the API server falls under, and where it lies."""

from __future__ import annotations

from typing import Final

from auth import scope
from auth.scope import Scope
from backend.features.cluster.rights import CLUSTER_ACCESS
from integrations.kubernetes import KINDS, ResourceKind

__all__ = ["DEFINITION", "permission_kind", "permission_of", "scope_of"]

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
_POD_SPECS: Final = frozenset(
    {("", "podtemplates"), ("", "replicationcontrollers"), ("apps", "controllerrevisions")}
)
"""Kinds without rows that hold what pods are made from, with the values of their variables."""
_ACCESS_GROUPS: Final = frozenset(
    {"admissionregistration.k8s.io", "certificates.k8s.io", "rbac.authorization.k8s.io"}
)


def permission_kind(kind: ResourceKind) -> str:
    """The kind rights are granted on: the one its collection declares."""
    return permission_of(kind.plural, kind.group)


def permission_of(plural: str, group: str) -> str:
    """The same by name: told before it is known whether there is such a kind."""
    known = KINDS.get(plural)
    if known is not None and known.group == group:
        return "workload" if plural in _WORKLOADS else _KINDS[plural]
    if (group, plural) in _POD_SPECS:
        return "workload"
    if group in _ACCESS_GROUPS or (group, plural) == ("", "serviceaccounts"):
        return CLUSTER_ACCESS
    return "customresource"


def scope_of(
    organisation: str, cluster: str, kind: ResourceKind, namespace: str, name: str
) -> Scope:
    """The scope of one object. A namespace lies in itself, as its row does."""
    if kind.plural == "namespaces" and not kind.group:
        return scope.namespace(organisation, cluster, name)
    if kind.namespaced and namespace:
        return scope.namespace(organisation, cluster, namespace)
    return scope.cluster(organisation, cluster)
