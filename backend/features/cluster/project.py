"""Namespaces, leases, definitions and health → rows. Pure."""

from __future__ import annotations

from backend.features.cluster.rows import ClusterRow, DefinitionRow, LeaseRow, NamespaceRow
from integrations.concern import Concern
from integrations.contract import FeedState
from integrations.kubernetes import ApiServerHealth
from integrations.kubernetes.models.core import CustomResourceDefinition, Lease, Namespace
from integrations.kubernetes.models.meta import Meta, seconds
from integrations.kubernetes.summaries.deletion import hindrances, still_there

__all__ = ["cluster_row", "definition_row", "lease_row", "namespace_row"]


def cluster_row(name: str, health: ApiServerHealth, nodes: int, pods: int) -> ClusterRow:
    """The row of a cluster."""
    return ClusterRow(
        key=name,
        name=name,
        cluster=name,
        status=health.state.value,
        healthy=health.state is FeedState.LIVE and not health.failing,
        reason=health.message,
        version=health.version,
        failing=health.failing,
        nodes=nodes,
        pods=pods,
        since=health.since,
    )


def namespace_row(cluster: str, namespace: Namespace) -> NamespaceRow:
    """The row of a namespace."""
    meta, status = namespace.metadata, namespace.status
    leaving = meta.deletion_timestamp is not None
    held = leaving and bool(hindrances(namespace, meta))
    concern = Concern.WARNING if held else Concern.PROGRESS if leaving else Concern.FINE
    return NamespaceRow(
        key=f"{cluster}/{meta.name}",
        cluster=cluster,
        namespace=meta.name,
        name=meta.name,
        status=status.phase or "Unknown",
        healthy=not held,
        concern=concern,
        reason=still_there(namespace, meta),
        created=_born(meta),
        labels=meta.labels,
    )


def lease_row(cluster: str, lease: Lease) -> LeaseRow:
    """The row of a lease."""
    meta, spec = lease.metadata, lease.spec
    return LeaseRow(
        key=f"{cluster}/{meta.namespace}/{meta.name}",
        cluster=cluster,
        namespace=meta.namespace,
        name=meta.name,
        holder=spec.holder_identity,
        renewed=seconds(spec.renew_time),
        duration=spec.lease_duration_seconds,
        transitions=spec.lease_transitions,
        created=_born(meta),
        labels=meta.labels,
    )


def definition_row(cluster: str, found: CustomResourceDefinition) -> DefinitionRow:
    """The row of a custom resource definition."""
    meta, spec = found.metadata, found.spec
    wrong = [c for c in found.status.conditions if c.status != "True" and c.type in _NEEDED]
    leaving = still_there(found, meta)
    status = "NotEstablished" if wrong else "Established"
    return DefinitionRow(
        key=f"{cluster}/{meta.name}",
        cluster=cluster,
        name=meta.name,
        kind=spec.names.kind,
        group=spec.group,
        scope=spec.scope,
        versions=tuple(version.text for version in spec.versions),
        status="Terminating" if leaving else status,
        reason=leaving or (wrong[0].message if wrong else ""),
        created=_born(meta),
        labels=meta.labels,
    )


_NEEDED = frozenset({"Established", "NamesAccepted"})


def _born(meta: Meta) -> float:
    return seconds(meta.creation_timestamp) or 0.0
