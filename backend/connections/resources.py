"""What a cluster that decides too is asked about the rows of a collection."""

from __future__ import annotations

from typing import Final

from backend.live.reviewed import Resource, Reviewed
from integrations.kubernetes.kinds import KINDS, ResourceKind

__all__ = ["PLURALS", "WORKLOADS", "reviewed"]

WORKLOADS: Final = (
    "cronjobs", "daemonsets", "deployments", "jobs", "replicasets", "statefulsets",
)  # fmt: skip
"""The kinds that run pods, by plural."""
PLURALS: Final = tuple(sorted(KINDS.keys() - {"events"}))
"""Every watched kind but events, by plural."""


def reviewed(*plurals: str, by: str = "") -> Reviewed:
    """Rows are objects of these watched kinds; of several, the row's field `by` says which."""
    return Reviewed(tuple(_resource(KINDS[plural]) for plural in plurals), by)


def _resource(kind: ResourceKind) -> Resource:
    is_namespace = kind.plural == "namespaces"
    return Resource(kind.group, kind.plural, kind.namespaced or is_namespace, is_namespace)
