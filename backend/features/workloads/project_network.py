"""Services, endpoint slices, ingresses, volumes and claims → rows. Pure."""

from __future__ import annotations

from itertools import islice
from typing import Final

from backend.features.workloads.project import born, key
from backend.features.workloads.rows import (
    ClaimRow,
    EndpointSliceRow,
    IngressRow,
    ServiceRow,
    VolumeRow,
)
from integrations.concern import Concern
from integrations.kubernetes.models.network import (
    BalancedStatus,
    EndpointSlice,
    Ingress,
    Service,
    ServicePort,
)
from integrations.kubernetes.models.storage import PersistentVolume, PersistentVolumeClaim
from integrations.kubernetes.quantity import parse_quantity

__all__ = ["claim_row", "endpoint_slice_row", "ingress_row", "service_row", "volume_row"]

MAX_ADDRESSES: Final = 20
_VOLUMES: Final = {
    "Bound": Concern.FINE,
    "Available": Concern.FINE,
    "Pending": Concern.PROGRESS,
    "Released": Concern.HELD,
    "Failed": Concern.ERROR,
}
_CLAIMS: Final = {
    "Bound": (Concern.FINE, ""),
    "Pending": (Concern.PROGRESS, "Waits for a volume"),
    "Lost": (Concern.ERROR, "Its volume is gone"),
    "Terminating": (Concern.PROGRESS, "Is being deleted"),
}
_SERVICE: Final = "kubernetes.io/service-name"


def service_row(cluster: str, service: Service) -> ServiceRow:
    """The row of a service."""
    meta, spec = service.metadata, service.spec
    outside = [*spec.external_ips, *_points(service.status)]
    if spec.external_name:
        outside.append(spec.external_name)
    return ServiceRow(
        key=key(cluster, meta),
        cluster=cluster,
        namespace=meta.namespace,
        name=meta.name,
        type=spec.type,
        ip="" if spec.cluster_ip == "None" else spec.cluster_ip,
        addresses=tuple(outside),
        ports=tuple(_port(port) for port in spec.ports),
        selector=spec.selector,
        created=born(meta),
        labels=meta.labels,
    )


def endpoint_slice_row(cluster: str, found: EndpointSlice) -> EndpointSliceRow:
    """The row of an endpoint slice, with its first twenty addresses."""
    meta = found.metadata
    # Unknown readiness is to be read as ready (the API's own rule).
    ready = [e for e in found.endpoints if e.conditions.ready is not False]
    addresses = (address for e in found.endpoints for address in e.addresses)
    return EndpointSliceRow(
        key=key(cluster, meta),
        cluster=cluster,
        namespace=meta.namespace,
        name=meta.name,
        service=meta.labels.get(_SERVICE, ""),
        address_type=found.address_type,
        ready=len(ready),
        endpoints=len(found.endpoints),
        addresses=tuple(islice(addresses, MAX_ADDRESSES)),
        ports=tuple(f"{p.port}/{p.protocol}" for p in found.ports if p.port is not None),
        created=born(meta),
        labels=meta.labels,
    )


def ingress_row(cluster: str, ingress: Ingress) -> IngressRow:
    """The row of an ingress."""
    meta, spec = ingress.metadata, ingress.spec
    backends = [path.backend for rule in spec.rules if rule.http for path in rule.http.paths]
    if spec.default_backend is not None:
        backends.append(spec.default_backend)
    services = [backend.service.name for backend in backends if backend.service]
    return IngressRow(
        key=key(cluster, meta),
        cluster=cluster,
        namespace=meta.namespace,
        name=meta.name,
        ingress_class=spec.ingress_class_name,
        hosts=tuple(dict.fromkeys(rule.host or "*" for rule in spec.rules)),
        services=tuple(dict.fromkeys(services)),
        addresses=tuple(_points(ingress.status)),
        tls=bool(spec.tls),
        created=born(meta),
        labels=meta.labels,
    )


def volume_row(cluster: str, volume: PersistentVolume) -> VolumeRow:
    """The row of a persistent volume."""
    meta, spec = volume.metadata, volume.spec
    claim = spec.claim_ref
    return VolumeRow(
        key=key(cluster, meta),
        cluster=cluster,
        name=meta.name,
        status=volume.status.phase or "Unknown",
        healthy=volume.status.phase != "Failed",
        concern=_VOLUMES.get(volume.status.phase, Concern.WARNING),
        reason=volume.status.message or volume.status.reason,
        capacity=parse_quantity(spec.capacity.get("storage", "0")),
        access_modes=tuple(spec.access_modes),
        reclaim_policy=spec.persistent_volume_reclaim_policy,
        storage_class=spec.storage_class_name,
        claim=f"{claim.namespace}/{claim.name}" if claim else "",
        created=born(meta),
        labels=meta.labels,
    )


def claim_row(cluster: str, claim: PersistentVolumeClaim) -> ClaimRow:
    """The row of a claim."""
    meta, spec, status = claim.metadata, claim.spec, claim.status
    leaving = meta.deletion_timestamp is not None
    word = "Terminating" if leaving else status.phase or "Unknown"
    concern, reason = _CLAIMS.get(word, (Concern.WARNING, ""))
    got = status.capacity.get("storage")
    return ClaimRow(
        key=key(cluster, meta),
        cluster=cluster,
        namespace=meta.namespace,
        name=meta.name,
        status=word,
        healthy=concern >= Concern.PROGRESS,
        concern=concern,
        reason=reason,
        volume=spec.volume_name,
        requested=parse_quantity(spec.resources.requests.get("storage", "0")),
        capacity=parse_quantity(got) if got else None,
        access_modes=tuple(status.access_modes or spec.access_modes),
        storage_class=spec.storage_class_name,
        created=born(meta),
        labels=meta.labels,
    )


def _points(status: BalancedStatus) -> list[str]:
    return [point.ip or point.hostname for point in status.load_balancer.ingress]


def _port(port: ServicePort) -> str:
    outside = f":{port.node_port}" if port.node_port else ""
    return f"{port.port}{outside}/{port.protocol}"
